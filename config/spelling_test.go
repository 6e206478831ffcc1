package config_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/wire"
)

// The rules of one spelling: what config/alexa and config/wire hold has no twin in the
// product. The test kit is exempt, because it judges the product by facts of its own.

// facts are the strings of config/alexa, and what to write instead of each.
var facts = func() map[string]string {
	all := map[string]string{
		alexa.SmartHomePrincipal: "alexa.SmartHomePrincipal", alexa.CustomSkillPrincipal: "alexa.CustomSkillPrincipal",
		alexa.AuthorizeURL: "alexa.AuthorizeURL", alexa.TokenURL: "alexa.TokenURL", alexa.EventsPermission: "alexa.EventsPermission",
	}
	for _, r := range alexa.Regions {
		all[r.Console], all[r.ClientID], all[strings.TrimPrefix(r.API, "https://")] = "alexa.Region.Console", "alexa.Region.ClientID", "alexa.Region.API"
	}
	return all
}()

// figures are the numbers of config/alexa. A number is one of them if a name or a
// comment beside it says so.
var figures = []struct {
	name   string
	values []any // a time.Duration, or a number as a float64
	words  *regexp.Regexp
}{
	{"alexa.ReplyTimeout", inUnits(alexa.ReplyTimeout), regexp.MustCompile(`alexa|amazon`)},
	{"alexa.WebRTCTimeout", inUnits(alexa.WebRTCTimeout), regexp.MustCompile(`webrtc|offer`)},
	{"alexa.SlowReply", inUnits(alexa.SlowReply), regexp.MustCompile(`alexa|amazon`)},
	{"alexa.WarningPeriod", append(inUnits(alexa.WarningPeriod), alexa.WarningPeriod.Minutes()), regexp.MustCompile(`alexa|amazon`)},
	{"alexa.MinSuccessRate", []any{alexa.MinSuccessRate, 100 * alexa.MinSuccessRate}, regexp.MustCompile(`alexa|amazon|success`)},
	{"alexa.MaxEndpoints", []any{float64(alexa.MaxEndpoints)}, regexp.MustCompile(`endpoints`)},
	{"alexa.MaxCapabilities", []any{float64(alexa.MaxCapabilities)}, regexp.MustCompile(`capabilit`)},
	{"alexa.MaxEndpointID", []any{float64(alexa.MaxEndpointID)}, regexp.MustCompile(`endpoint`)},
	{"alexa.MaxText", []any{float64(alexa.MaxText)}, regexp.MustCompile(`friendly|description|manufacturer`)},
	{"alexa.MaxMessageID", []any{float64(alexa.MaxMessageID)}, regexp.MustCompile(`message_?id`)},
	{"alexa.MaxPayload", []any{float64(alexa.MaxPayload)}, regexp.MustCompile(``)},
}

func inUnits(d time.Duration) []any { return []any{d, d.Seconds(), float64(d.Milliseconds())} }

// wireTypes are the JSON names of the fields of each type of config/wire.
var wireTypes = func() map[string][]string {
	all := map[string][]string{}
	for _, t := range []reflect.Type{
		reflect.TypeFor[wire.Response](), reflect.TypeFor[wire.Failure](), reflect.TypeFor[wire.Diagnosis](), reflect.TypeFor[wire.DiagnosisStep](),
		reflect.TypeFor[wire.OperationInfo](), reflect.TypeFor[wire.Field](), reflect.TypeFor[wire.Status](), reflect.TypeFor[wire.Certificate](),
		reflect.TypeFor[wire.Operations](), reflect.TypeFor[wire.FailureCount](), reflect.TypeFor[wire.Health](),
	} {
		for f := range t.Fields() {
			all["wire."+t.Name()] = append(all["wire."+t.Name()], jsonName(f.Name, string(f.Tag)))
		}
	}
	return all
}()

// jsonName returns the name that JSON has for a field, in lower case, as decoders do
// not tell letter case apart; "" for none.
func jsonName(field, tag string) string {
	name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	switch {
	case name == "-" || name == "" && !ast.IsExported(field):
		return ""
	case name == "":
		name = field
	}
	return strings.ToLower(name)
}

// twins returns a sentence for each second spelling in a source file, by its path
// below the repository.
func twins(file, source string) (found []string) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	say := func(n ast.Node, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s:%d: ", file, fset.Position(n.Pos()).Line)+fmt.Sprintf(format, args...))
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				for _, fact := range slices.Sorted(maps.Keys(facts)) {
					if strings.Contains(text, fact) {
						say(n, "spells %q: use %s, so that a change of Amazon's is made in one place", fact, facts[fact])
					}
				}
			}
		case *ast.StructType:
			if twin := twin(n); twin != "" && !strings.HasPrefix(file, "config/") {
				say(n, "declares a struct with the fields of %s: use that one, so that the function and the command cannot differ", twin)
			}
			if strings.HasPrefix(file, "infra/") && slices.Contains(fieldNames(n), "success") {
				say(n, "decodes success by itself, which takes the metric Success for it: use wire.ParseLogLine or wire.Response")
			}
		case *ast.ValueSpec:
			for i, value := range n.Values {
				number(say, value, n.Names[min(i, len(n.Names)-1)].Name, n.Doc.Text(), n.Comment.Text())
			}
		case *ast.AssignStmt:
			for i, value := range n.Rhs {
				number(say, value, names(n.Lhs[min(i, len(n.Lhs)-1)]))
			}
		case *ast.KeyValueExpr:
			number(say, n.Value, names(n.Key))
		case *ast.BinaryExpr:
			number(say, n.Y, names(n.X))
			number(say, n.X, names(n.Y))
		}
		return true
	})
	return found
}

// number reports a number that is one of Amazon's by what stands beside it.
func number(say func(ast.Node, string, ...any), value ast.Expr, beside ...string) {
	v := valueOf(value)
	for _, f := range figures {
		if v != nil && slices.Contains(f.values, v) && f.words.MatchString(strings.ToLower(strings.Join(beside, " "))) {
			say(value, "spells %v, which is %s: use that, so that a change of Amazon's is made in one place", v, f.name)
		}
	}
}

// names returns the identifiers in an expression.
func names(n ast.Node) string {
	var all []string
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			all = append(all, id.Name)
		}
		return true
	})
	return strings.Join(all, " ")
}

// valueOf returns the number that an expression spells: a float64, or a time.Duration
// if it has a unit of time; nil for any other expression.
func valueOf(e ast.Expr) any {
	switch e := e.(type) {
	case *ast.BasicLit:
		if v, err := strconv.ParseFloat(e.Value, 64); err == nil && e.Kind != token.STRING {
			return v
		}
	case *ast.BinaryExpr:
		x, isNumber := valueOf(e.X).(float64)
		if y, ok := valueOf(e.Y).(float64); ok && isNumber && e.Op == token.SHL {
			return x * float64(int(1)<<int(y))
		}
		units := map[string]time.Duration{"Millisecond": time.Millisecond, "Second": time.Second, "Minute": time.Minute}
		if unit, ok := e.Y.(*ast.SelectorExpr); ok && isNumber && e.Op == token.MUL && units[unit.Sel.Name] > 0 {
			return time.Duration(x * float64(units[unit.Sel.Name]))
		}
	}
	return nil
}

// twin returns the type of config/wire whose fields a struct has; "" for none.
func twin(s *ast.StructType) string {
	own := fieldNames(s)
	for _, name := range slices.Sorted(maps.Keys(wireTypes)) {
		theirs := slices.Clone(wireTypes[name])
		slices.Sort(theirs)
		if slices.Equal(own, theirs) {
			return name
		}
	}
	return ""
}

// fieldNames returns the JSON names of a struct's fields, sorted.
func fieldNames(s *ast.StructType) (all []string) {
	for _, f := range s.Fields.List {
		tag := ""
		if f.Tag != nil {
			tag, _ = strconv.Unquote(f.Tag.Value)
		}
		for _, id := range f.Names {
			if name := jsonName(id.Name, tag); name != "" {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all
}

func TestOneSpelling(t *testing.T) {
	root := os.DirFS("..")
	for _, module := range []string{"config", "constructs", "function", "infra"} {
		checked := 0
		err := fs.WalkDir(root, module, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || file == "config/alexa" || file == "infra/testkit"):
				return fs.SkipDir
			case d.IsDir() || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go"):
				return nil
			}
			checked++
			source, err := fs.ReadFile(root, file)
			for _, problem := range twins(file, string(source)) {
				t.Error(problem)
			}
			return err
		})
		if err != nil || checked < 10 {
			t.Errorf("%s: %d files were checked: %v", module, checked, err)
		}
	}
}
