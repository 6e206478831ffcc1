package utility_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/core/coretest"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

// checks rejects an input that fails its own Check, as the security gateway does.
var checks = coretest.Serve(core.Security, func(next core.Handler) core.Handler {
	return func(ctx context.Context, c *core.Call) error {
		if in, ok := c.Input.(interface{ Check() error }); ok {
			if err := in.Check(); err != nil {
				return &core.Error{Kind: core.Invalid, Cause: core.CauseInput, Err: err}
			}
		}
		return next(ctx, c)
	}
})

func dispatcher(o utility.Options) *core.Dispatcher {
	return core.NewDispatcher(checks, utility.New(o))
}

// answer runs an operation by its name and returns its JSON output, or "invalid: ...".
func answer(t *testing.T, op, in string) string {
	t.Helper()
	out, err := core.Execute(t.Context(), dispatcher(utility.Options{Dir: t.TempDir()}), "utility."+op, []byte(in))
	if err != nil {
		return core.KindOf(err).String() + ": " + err.Error()
	}
	return string(out)
}

// TestOperations runs operations by name on valid and invalid inputs.
func TestOperations(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 70) + "1" + strings.Repeat("}", 70)
	for _, tt := range []struct{ op, in, want string }{
		{"generate_correlation_id", `{"trace":"Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"}`, `{"id":"1-5759e988-bd862e3fe1be46a994272793","source":"trace"}`},
		{"generate_correlation_id", `{"trace":"Root=1-5759e988"}`, "invalid: utility.generate_correlation_id: field trace"},
		{"generate_correlation_id", `{"format":"long"}`, "field format"},

		{"timestamp", `{"at":"2026-01-31T08:00:00+01:00"}`, `"2026-01-31T07:00:00.000Z"`},
		{"timestamp", `{"at":"2026-07-31T08:00:00Z","zone":"Europe/Berlin"}`, `"2026-07-31T10:00:00.000+02:00"`},
		{"timestamp", `{"at":"1970-01-01T00:00:01.5Z","format":"unix"}`, `{"timestamp":1,"format":"unix","unit":"s"}`},
		{"timestamp", `{"at":"1970-01-01T00:00:01.5Z","format":"unix_ms"}`, `"timestamp":1500`},
		{"timestamp", `{"format":"rfc822"}`, "field format"},
		{"timestamp", `{"zone":"Berlin"}`, "field zone"},
		{"timestamp", `{"zone":"Local"}`, "field zone"},
		{"timestamp", `{"zone":"../../etc/passwd"}`, "field zone"},

		{"validate_string", `{"value":"küche","min":5,"max":5}`, `{"valid":true,"problems":[],"length":5,"bytes":6}`},
		{"validate_string", `{"value":"küche","max":4}`, "5 characters long; the maximum is 4"},
		{"validate_string", `{"value":"","min":1}`, "the minimum is 1"},
		{"validate_string", `{"value":"light.a","pattern":"light\\.[a-z]"}`, `"valid":true`},
		{"validate_string", `{"value":"light.ab","pattern":"light\\.[a-z]"}`, "does not match"},
		{"validate_string", `{"value":"b","pattern":"a|b"}`, `"valid":true`},
		{"validate_string", `{"value":"c","one_of":["a","b"]}`, "not one of a, b"},
		{"validate_string", `{"value":"a","pattern":"("}`, "field pattern"},
		{"validate_string", `{"value":"a","pattern":"` + strings.Repeat("a", 2000) + `"}`, "field pattern"},
		{"validate_string", `{"value":"a","min":3,"max":2}`, "field max"},
		{"validate_string", `{"value":"a","min":-3}`, "field min"},

		{"validate_number", `{"value":21.5,"min":5,"max":30}`, `{"valid":true,"problems":[],"number":21.5,"whole":false}`},
		{"validate_number", `{"value":" 7 ","whole":true}`, `"valid":true`},
		{"validate_number", `{"value":"7 apples"}`, "is not a number"},
		{"validate_number", `{"value":"0x10"}`, "is not a number"},
		{"validate_number", `{"value":null}`, "is not a number"},
		{"validate_number", `{"value":[1]}`, "is not a number"},
		{"validate_number", `{"value":1e999}`, "too large"},
		{"validate_number", `{"value":9007199254740993.5,"whole":true}`, "not a whole number"},
		{"validate_number", `{"value":1e3,"whole":true}`, `"valid":true`},
		{"validate_number", `{"value":4,"min":5}`, "4 is less than 5"},
		{"validate_number", `{"value":6,"max":5}`, "6 is more than 5"},
		{"validate_number", `{"value":6,"min":2,"max":1}`, "field max"},
		{"validate_number", `{}`, "field value is missing"},

		{"validate_structure", `{"value":{"a":[{"b":1}]}}`, `{"valid":true,"problems":[],"kind":"object","depth":3,"keys":2}`},
		{"validate_structure", `{"value":7,"max_depth":1}`, `"kind":"number","depth":0,"keys":0`},
		{"validate_structure", `{"value":{"a":[{"b":1}]},"max_depth":2}`, "3 levels deep"},
		{"validate_structure", `{"value":{"a":[{"b":1}]},"max_keys":1}`, "2 keys"},
		{"validate_structure", `{"value":{"a":1},"required":["b"]}`, "key b is missing"},
		{"validate_structure", `{"value":{"a":1,"a":2}}`, "key a occurs twice"},
		{"validate_structure", `{"value":{"a":"1"},"types":{"a":"number"}}`, "key a is of kind string; expected number"},
		{"validate_structure", `{"value":[1],"required":["b"]}`, "kind list; expected an object"},
		{"validate_structure", `{"value":{},"types":{"a":"int"}}`, "field types.a"},
		{"validate_structure", `{"value":{},"max_keys":-1}`, "field max_keys"},

		{"create_response", `{"data":[1]}`, `{"success":true,"message":"ok","data":[1],"error":null`},
		{"create_response", `{"error":{"kind":"invalid","message":"no"}}`, `"success":false,"message":"no"`},
		{"create_response", `{"error":{"message":"no"}}`, "field error.kind"},

		{"format_response", `{"response":{"success":true,"message":"ok","data":{"a":1},"correlation_id":"c","duration":1.25},"format":"text"}`, `"ok\n{\n  \"a\": 1\n}\ncorrelation id c, 1.2 ms\n"`},
		{"format_response", `{"response":{"success":false,"message":"no","error":{"kind":"invalid","type":"input"}},"format":"text"}`, `failed (invalid, input): no`},
		{"format_response", `{"response":{"success":true,"message":"ok"}}`, `\n  \"success\": true`},
		{"format_response", `{"response":{"success":false}}`, "field response.error is missing"},
		{"format_response", `{"response":{"success":true},"format":"html"}`, "field format"},

		{"parse_json", `{"text":" {\"a\":[12345678901234567890]} "}`, `{"value":{"a":[12345678901234567890]},"kind":"object","depth":2,"keys":1}`},
		{"parse_json", `{"text":"{\n \"a\": }"}`, "line 2, column 7"},
		{"parse_json", `{"text":"[1"}`, "ends too early"},
		{"parse_json", `{"text":"[1] 2"}`, "has more behind its end"},
		{"parse_json", `{"text":"[1,]"}`, "field text is not JSON"},
		{"parse_json", `{"text":"{\"a\":1,\"a\":2}"}`, `key "a" twice`},
		{"parse_json", `{"text":" "}`, "field text is missing"},

		{"merge", `{"base":{"a":1,"b":{"c":1}},"over":{"b":{"d":2},"e":null}}`, `{"value":{"a":1,"b":{"c":1,"d":2},"e":null},"added":2,"replaced":0}`},
		{"merge", `{"base":{"b":{"c":1}},"over":{"b":{"d":2}},"flat":true}`, `{"value":{"b":{"d":2}},"added":0,"replaced":1}`},
		{"merge", `{"base":{"a":1},"over":[]}`, "field over is of kind list"},
		{"merge", `{"over":{}}`, "field base is missing"},
		{"merge", `{"base":` + deep + `,"over":` + deep + `}`, "more than 64 levels"},

		{"filter_keys", `{"value":{"a":1,"last_a":2,"b":{"last_b":3}},"drop":["last_*"]}`, `{"value":{"a":1,"b":{"last_b":3}},"kept":2,"dropped":1}`},
		{"filter_keys", `{"value":{"a":1,"b":[{"last_b":3}]},"drop":["last_*"],"deep":true}`, `{"value":{"a":1,"b":[{}]},"kept":2,"dropped":1}`},
		{"filter_keys", `{"value":{"a":1,"b":2},"keep":["b"]}`, `{"value":{"b":2},"kept":1,"dropped":1}`},
		{"filter_keys", `{"value":{}}`, "field keep is missing"},
		{"filter_keys", `{"value":{},"keep":["["]}`, "field keep has"},
		{"filter_keys", `{"value":` + deep + `,"drop":["b"],"deep":true}`, "more than 64 levels"},

		{"render_template", `{"template":"{{n}} &amp; {{ o }}","values":{"n":"<a & b>","o":7}}`, `{"text":"\u0026lt;a \u0026amp; b\u0026gt; \u0026amp; 7","names":["n","o"]}`},
		{"render_template", `{"template":"{{n}}","values":{"n":"a\u0001b"}}`, "a�b"},
		{"render_template", `{"template":"\"{{n}}\"","values":{"n":"a\"b"},"escape":"json"}`, `\"a\\\"b\"`},
		{"render_template", `{"template":"?q={{n}}","values":{"n":"a b&c"},"escape":"url"}`, `?q=a+b%26c`},
		{"render_template", `{"template":"{{a}}","values":{"a":"{{b}}"}}`, `{"text":"{{b}}"`},
		{"render_template", `{"template":"none"}`, `{"text":"none","names":[]}`},
		{"render_template", `{"template":"{{a}} {{b}}","values":{"a":1}}`, "field values.b is missing"},
		{"render_template", `{"template":"{{a}}","values":{"a":1,"c":1}}`, "field values.c is not used"},
		{"render_template", `{"template":"{{a}}","values":{"a":[1]}}`, "field values.a is of kind list"},
		{"render_template", `{"template":"{{a"}`, "{{ without }}"},
		{"render_template", `{"template":"{{}}"}`, "placeholder without a name"},
		{"render_template", `{"template":"a","escape":"none"}`, "field escape"},

		{"cost", `{}`, `"level":"normal","share":0,"known":false`},
		{"cost", `{"share":0.92}`, `"level":"protection"`},
		{"cost", `{"share":-1}`, "field share"},
		{"health_check", `{"only":["tmp","random"]}`, `{"ok":true,"checks":[{"name":"random","ok":true`},
		{"health_check", `{"only":["disk"]}`, "field only"},
	} {
		t.Run(tt.op, func(t *testing.T) {
			if got := answer(t, tt.op, tt.in); !strings.Contains(got, tt.want) {
				t.Errorf("%.200s\ngot  %.600s\nwant %s", tt.in, got, tt.want)
			}
		})
	}
}

// TestService runs an operation of another gateway inside and outside a run.
func TestService(t *testing.T) {
	op := core.Define[core.None, string](core.Lambda, "id", "Return the correlation ID.")
	d := dispatcher(utility.Options{})
	core.Handle(d, op, func(ctx context.Context, _ core.None) (string, error) { return core.CorrelationID(ctx), nil })
	id := func(ctx context.Context) string {
		got, err := core.Do(ctx, d, op, core.None{})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if a, b := id(t.Context()), id(t.Context()); len(a) != len(core.NewID()) || len(b) != len(a) || a == b {
		t.Errorf("outside a run the IDs are %q and %q, want two new ones", a, b)
	}
	ctx, _ := core.NewRun(t.Context(), "mine")
	if got := id(ctx); got != "mine" {
		t.Errorf("inside a run the ID is %q, want the run's", got)
	}
}

func TestShortIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		var id utility.ID
		if err := json.Unmarshal([]byte(answer(t, "generate_correlation_id", `{"format":"short"}`)), &id); err != nil || len(id.ID) != 12 || seen[id.ID] {
			t.Fatalf("got %q, %v; want 12 digits that are new each time", id.ID, err)
		}
		seen[id.ID] = true
	}
}

func TestSystemInfo(t *testing.T) {
	env := map[string]string{"AWS_LAMBDA_FUNCTION_NAME": "hearthgate-home", "AWS_REGION": "eu-west-1"}
	d := dispatcher(utility.Options{
		Getenv: func(name string) string { return env[name] },
		Memory: func() (int64, int64) { return 20e6, 128e6 },
	})
	got, err := core.Do(t.Context(), d, utility.SystemInfo, core.None{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Function != "hearthgate-home" || got.Region != "eu-west-1" || got.Memory != 20e6 || got.Limit != 128e6 || got.Go == "" || got.Goroutines < 1 || time.Since(got.Started) > time.Minute {
		t.Errorf("got %+v", got)
	}
}

// TestHealthCheckFails runs the checks without a temporary directory and with little memory.
func TestHealthCheckFails(t *testing.T) {
	d := dispatcher(utility.Options{Dir: "/nowhere", Memory: func() (int64, int64) { return 120e6, 128e6 }})
	got, err := core.Do(t.Context(), d, utility.HealthCheck, utility.CheckInput{})
	if err != nil || got.OK || len(got.Checks) != 5 {
		t.Fatalf("got %+v, %v; want five checks, two of them failed", got, err)
	}
	for _, c := range got.Checks {
		if bad := c.Name == "tmp" || c.Name == "memory"; c.OK == bad || bad && c.Problem == "" {
			t.Errorf("got %+v", c)
		}
	}
}

func TestCostCountsSkippedTasks(t *testing.T) {
	g := &utility.CostGuard{Usage: func() []utility.Usage { return []utility.Usage{{Name: "log_bytes", Used: 8, Limit: 10}} }}
	d := dispatcher(utility.Options{Guard: g})
	g.Allows(utility.DebugLines)
	g.Allows(utility.DebugLines)
	got, err := core.Do(t.Context(), d, utility.Cost, utility.CostInput{})
	if err != nil || got.Level != utility.Warning || got.Highest != "log_bytes" || !got.Known || got.Tasks[0].Runs || got.Tasks[0].Skipped != 2 || !got.Tasks[1].Runs {
		t.Errorf("got %+v, %v", got, err)
	}
}

func Example() {
	guard := &utility.CostGuard{Usage: func() []utility.Usage {
		return []utility.Usage{{Name: "log_bytes", Used: 4.6e9, Limit: 5e9}} // of CloudWatch, a month
	}}
	d := core.NewDispatcher(utility.New(utility.Options{Guard: guard}))

	cost, err := core.Do(context.Background(), d, utility.Cost, utility.CostInput{})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%v: %.0f %% of %s\n", cost.Level, cost.Share*100, cost.Highest)
	for w := utility.DebugLines; w <= utility.RefreshAhead; w++ {
		fmt.Println(w, guard.Allows(w))
	}
	// Output:
	// protection: 92 % of log_bytes
	// debug_lines false
	// probes false
	// refresh_ahead true
}
