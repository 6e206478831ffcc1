package main

import (
	"slices"
	"strings"
	"testing"
)

// TestPlantedViolations shows that each rule finds what it is there to find.
func TestPlantedViolations(t *testing.T) {
	const own = "github.com/hearthgate/hearthgate/"
	for name, tt := range map[string]struct{ file, source, want string }{
		"gateway imports gateway":       {"gateway/cache/x.go", `import "` + own + `function/gateway/metrics"`, "gateway/cache/x.go imports the gateway metrics: gateways use one another through the services of the dispatcher only"},
		"gateway imports the home":      {"gateway/cache/x.go", `import "` + own + `function/homeassistant"`, "imports homeassistant, which is not below it"},
		"core imports alexa":            {"core/x.go", `import "` + own + `function/alexa"`, "imports alexa, which is not below it"},
		"the home imports its checks":   {"homeassistant/x.go", `import "` + own + `function/homeassistant/checks"`, "not below it"},
		"a folder without a layer":      {"util/x.go", `import "` + own + `function/core"`, "not below it"},
		"core imports a library":        {"core/x.go", `import "github.com/aws/smithy-go"`, "the standard library and config only"},
		"alexa imports a library":       {"alexa/x.go", `import "example.com/json"`, "the standard library and config only"},
		"second gobreaker":              {"homeassistant/x.go", `import "github.com/sony/gobreaker/v2"`, "which gateway/circuitbreaker alone does: a library with one importer can be changed in one place"},
		"ssm elsewhere":                 {"app/x.go", `import "github.com/aws/aws-sdk-go-v2/service/ssm"`, "which gateway/initialization alone does"},
		"the runtime elsewhere":         {"app/x.go", `import "github.com/aws/aws-lambda-go/lambda"`, "which . alone does"},
		"a library that no one has":     {"gateway/cache/x.go", `import "example.com/lru"`, "no folder is named for"},
		"the CDK":                       {"app/x.go", `import "` + own + `constructs"`, "never sees the CDK"},
		"the command":                   {"app/x.go", `import "` + own + `infra/internal/ui"`, "never sees the CDK"},
		"the tests' modules":            {"gateway/cache/x.go", `import "` + own + `function/core/coretest"`, "is for tests: it would end up in the binary"},
		"the test kit":                  {"app/x.go", `import "` + own + `infra/testkit/fakeaws"`, "is for tests"},
		"testing":                       {"gateway/cache/x.go", `import "testing"`, "is for tests"},
		"operation inside a gateway":    {"gateway/cache/x.go", `func (s *Store) get() { core.Do(ctx, d, Get, in) }`, "calls core.Do inside a gateway: services and implementations run operations of no one, so that nothing can recurse"},
		"operation in a service":        {"gateway/cache/x.go", `var s = core.Service{Wrap: func() { core.Do[A, B](ctx, d, Get, in) }}`, "nothing can recurse"},
		"operation by name":             {"gateway/cache/x.go", `func f() { core.Execute(ctx, d, "cache.get", nil) }`, "calls core.Execute inside a gateway"},
		"wiring beside app.go":          {"app/start.go", `func f(a *App) { a.dispatcher.Install(m) }`, "calls Install: all wiring is the one list of modules in app/app.go"},
		"a second dispatcher":           {"app/app.go", `func f() { core.NewDispatcher(m) }`, "calls core.NewDispatcher: all wiring"},
		"a gateway bound by itself":     {"homeassistant/x.go", `func f() { cache.Bind(d) }`, "calls cache.Bind: all wiring"},
		"a long main":                   {"main.go", strings.Repeat("\n", 40), "main.go has 41 lines, more than 40: main starts the application and nothing else"},
		"a bare cause":                  {"homeassistant/x.go", `var err = core.Errorf(core.Invalid, "timout", "no")`, `homeassistant/x.go gives core.Errorf the cause "timout": breakers, retries and the doctor decide by causes`},
		"a bare cause in core":          {"core/x.go", `var err = Errorf(Invalid, "timout", "no")`, "gives core.Errorf the cause"},
		"a bare cause in an error":      {"homeassistant/x.go", `var err = &core.Error{Kind: core.Invalid, Cause: "timout"}`, `sets the field Cause to "timout"`},
		"a bare cause in a report":      {"homeassistant/x.go", `var f = wire.FailureCount{Cause: "timout"}`, `sets the field Cause to "timout"`},
		"a conversion":                  {"homeassistant/x.go", `var c = core.Cause("timout")`, `makes "timout" a cause`},
		"a comparison":                  {"homeassistant/x.go", `func f() bool { return core.CauseOf(err) == "timout" }`, `compares a cause with "timout"`},
		"a comparison of a field":       {"homeassistant/x.go", `func f() bool { return "timout" != step.Cause }`, `compares a cause with "timout"`},
		"a switch":                      {"homeassistant/x.go", `func f() { switch core.CauseOf(err) { case core.CauseDNS, "timout": } }`, `compares a cause with "timout"`},
		"a list":                        {"homeassistant/x.go", `var l = []core.Cause{core.CauseDNS, "timout"}`, `lists "timout" as a cause`},
		"a map by cause":                {"homeassistant/x.go", `var m = map[core.Cause]int{"timout": 1}`, `lists "timout" as a cause`},
		"a map to causes":               {"homeassistant/x.go", `var m = map[int]core.Cause{1: "timout"}`, `lists "timout" as a cause`},
		"config":                        {"core/x.go", `import "` + own + `config/wire"`, ""},
		"downward":                      {"homeassistant/checks/x.go", `import "` + own + `function/gateway/security"`, ""},
		"the one list":                  {"app/app.go", `func f(a *App) { a.dispatcher.Install(m) }`, ""},
		"no cause":                      {"homeassistant/x.go", `func f() bool { return core.CauseOf(err) == "" || step.Cause != "" }`, ""},
		"a cause that the doctor found": {"gateway/lambda/x.go", `var err = core.Errorf(core.Unreachable, core.Cause(s.Cause), "no")`, ""},
		"a sentence about a cause":      {"gateway/lambda/x.go", `var s = ", the latest with " + f.Cause`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(problems(tt.file, "package x\n"+tt.source), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want a sentence with %q", got, tt.want)
			}
		})
	}
}

func TestPlantedCauses(t *testing.T) {
	all := []cause{{"CauseDNS", "dns", 0}, {"CauseTLS", "tls", ofOwner - 1}, {"CauseInput", "input", ofOwner}}
	used := map[string]bool{}
	if err := identifiers(used, "x.go", `package x; var _ = []core.Cause{core.CauseDNS, core.CauseInput}`); err != nil {
		t.Fatal(err)
	}
	if got := unused(all, used); !slices.Equal(got, []string{"CauseTLS"}) {
		t.Errorf("unused: %q, want CauseTLS", got)
	}

	const head, table = "# Runbook\n| `before` | x |\n## Causes\n| cause |\n|---|\n", "\n## Next\n| `after` | x |\n"
	for rowsOf, want := range map[string][]string{
		"| `dns` | a |\n| `tls` | b |":                 []string(nil),
		"| `dns` | a |":                                {"has no row for tls, which an owner can meet"},
		"| `dns` | a |\n| `tls` | b |\n| `gone` | c |": {"explains the cause gone, which core/cause.go does not have"},
	} {
		got := rows(all, head+rowsOf+table)
		if len(got) != len(want) || len(want) > 0 && !strings.Contains(got[0], want[0]) {
			t.Errorf("%q: got %q, want %q", rowsOf, got, want)
		}
	}
}

func TestPlantedComparisons(t *testing.T) {
	for source, want := range map[string][]string{
		`func f() bool { return step.Cause == "timout" }`:                                          {"timout"},
		`func f() bool { return r.Error != nil && r.Error.Type == "unknown" }`:                     {"unknown"},
		`func f() bool { return slices.Contains([]string{"a", "b"}, s.Cause) }`:                    {"a", "b"},
		`func f() bool { l := []string{"a", "b"}; return slices.Contains(l, s.Cause) }`:            {"a", "b"},
		`func f() { step.failed(Setup, "a_word_of_its_own", "x", "y") }`:                           nil,
		`func f() bool { return step.Cause != "" || slices.Contains([]string{"a"}, step.Name) }`:   nil,
		`func f() string { return "of the cause " + step.Cause + cmp.Or(step.Cause, "no cause") }`: nil,
	} {
		got, err := compared("x.go", "package x\n"+source)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", source, got, err, want)
		}
	}
}
