package legacy_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/legacy"
)

func TestResolve(t *testing.T) {
	for _, tt := range []struct {
		what, name, in string
		op, want       string // want is the input, or what the error says
		kind           core.Kind
		cause          core.Cause
	}{
		{what: "a name of today", name: "cache.get", in: `{"key":"a"}`, op: "cache.get", want: `{"key":"a"}`},
		{what: "no name at all", name: "cache.NONE", in: `{}`, op: "cache.NONE", want: `{}`},
		{what: "another case", name: "CACHE.GET", in: ``, op: "CACHE.GET", want: ``},
		{what: "renamed", name: "cache.GET_TTL", in: ` {"key":"a"} `, op: "cache.ttl", want: ` {"key":"a"} `},
		{what: "in another gateway", name: "security.VALIDATE_STRUCTURE", in: `{"value":1}`, op: "utility.validate_structure", want: `{"value":1}`},
		{what: "a fixed field, no input", name: "cache.FLUSH", in: ``, op: "cache.clear", want: `{"pattern":"*"}`},
		{what: "a fixed field, an empty input", name: "cache.FLUSH", in: " \n", op: "cache.clear", want: `{"pattern":"*"}`},
		{what: "a fixed field, null", name: "cache.FLUSH", in: `null`, op: "cache.clear", want: `{"pattern":"*"}`},
		{what: "a fixed field beside others", name: "cache.FLUSH", in: `{"namespace":"response"}`, op: "cache.clear", want: `{"namespace":"response","pattern":"*"}`},
		{what: "a fixed field that is given", name: "cache.FLUSH", in: `{"pattern":"a"}`, want: "field pattern is what cache.FLUSH stands for: leave it out, or use cache.clear", kind: core.Invalid, cause: core.CauseInput},
		{what: "a fixed field that is given as null", name: "cache.FLUSH", in: `{"pattern":null}`, want: "field pattern is what cache.FLUSH stands for: leave it out, or use cache.clear", kind: core.Invalid, cause: core.CauseInput},
		{what: "an input that is no object goes on as it is", name: "cache.FLUSH", in: `[1]`, op: "cache.clear", want: `[1]`},
		{what: "an input that is no JSON goes on as it is", name: "cache.FLUSH", in: `{"namespace":`, op: "cache.clear", want: `{"namespace":`},
		{what: "a field that comes twice goes on as it is", name: "cache.FLUSH", in: `{"namespace":"response","namespace":"discovery"}`, op: "cache.clear", want: `{"namespace":"response","namespace":"discovery"}`},
	} {
		t.Run(tt.what, func(t *testing.T) {
			op, in, err := legacy.Resolve(tt.name, []byte(tt.in))
			if err != nil {
				in = []byte(err.Error())
			}
			if op != tt.op || string(in) != tt.want {
				t.Errorf("%s %s is %s %s, want %s %s", tt.name, tt.in, op, in, tt.op, tt.want)
			}
			if got := core.CauseOf(err); got != tt.cause || err != nil && core.KindOf(err) != tt.kind {
				t.Errorf("%s %s fails with %v, %q; want %v, %q", tt.name, tt.in, core.KindOf(err), got, tt.kind, tt.cause)
			}
		})
	}
}

// TestNames checks the table itself: each name once, and each either an operation of
// today or a reason why there is none.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range legacy.Names() {
		if gateway, name, ok := strings.Cut(n.Older, "."); seen[n.Older] || !ok || gateway == "" || name != strings.ToUpper(name) {
			t.Errorf("%q comes twice or is no name of the older system", n.Older)
		}
		seen[n.Older] = true
		if (n.Now == "") != (n.Gone != "") {
			t.Errorf("%s is %q today, and gone because %q: want one of them", n.Older, n.Now, n.Gone)
		}
		if n.Now == "" && n.Fixed != nil {
			t.Errorf("%s is gone, and has the fields %v", n.Older, n.Fixed)
		}
		op, in, err := legacy.Resolve(n.Older, nil)
		if op != n.Now || (core.KindOf(err) == core.Gone) != (n.Now == "") || err == nil && (len(in) > 0) != (len(n.Fixed) > 0) {
			t.Errorf("%s is resolved to %q %s, %v; want %q with %v", n.Older, op, in, err, n.Now, n.Fixed)
		}
	}
	legacy.Names()[0].Older = "changed"
	if got := legacy.Names()[0].Older; got == "changed" {
		t.Error("a caller can change the table")
	}
}

func TestNameString(t *testing.T) {
	for _, tt := range []struct {
		name legacy.Name
		want string
	}{
		{legacy.Name{Older: "cache.GET", Now: "cache.get"}, "cache.get"},
		{legacy.Name{Older: "cache.FLUSH", Now: "cache.clear", Fixed: map[string]string{"pattern": `"*"`}}, `cache.clear {"pattern":"*"}`},
		{legacy.Name{Older: "a.B", Now: "a.b", Fixed: map[string]string{"y": `2`, "x": `"1"`}}, `a.b {"x":"1","y":2}`},
		{legacy.Name{Older: "a.C", Gone: "use a.b"}, "use a.b"},
	} {
		if got := tt.name.String(); got != tt.want {
			t.Errorf("%s is %s, want %s", tt.name.Older, got, tt.want)
		}
	}
}

// TestExecute runs an operation by its name of today and by those of the older system.
func TestExecute(t *testing.T) {
	type clearInput struct {
		Pattern   string `json:"pattern"`
		Namespace string `json:"namespace"`
	}
	d := core.NewDispatcher()
	op := core.Define[clearInput, string](core.Cache, "clear", "Return what is cleared.")
	core.Handle(d, op, func(_ context.Context, in clearInput) (string, error) { return in.Namespace + "/" + in.Pattern, nil })
	gone := legacy.Names()[slices.IndexFunc(legacy.Names(), func(n legacy.Name) bool { return n.Now == "" })]
	for _, tt := range []struct{ name, in, want string }{
		{"cache.clear", `{"pattern":"a"}`, `"/a"`},
		{"cache.CLEAR", `{"pattern":"a"}`, `"/a"`},
		{"cache.FLUSH", `{"namespace":"response"}`, `"response/*"`},
		{"cache.FLUSH", `{"namespace":"response","namespace":"discovery"}`, "cache.clear: field namespace comes twice"},
		{"cache.FLUSH", `{"Namespace":"response"}`, `cache.clear: there is no field "Namespace"; there are pattern, namespace`},
		{"cache.GET", `{}`, "there is no operation \"cache.get\"; `hearthgate op` lists them"}, // this program has one operation only
		{gone.Older, `{}`, gone.Older + " is not offered any more: " + gone.Gone},
	} {
		out, err := legacy.Execute(t.Context(), d, tt.name, []byte(tt.in))
		if err != nil {
			out = []byte(err.Error())
		}
		if string(out) != tt.want {
			t.Errorf("%s %s returns %s, want %s", tt.name, tt.in, out, tt.want)
		}
	}
}
