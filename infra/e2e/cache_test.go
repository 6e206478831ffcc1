package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/moto"
)

const (
	setAnswer = `{"operation":"cache.set","input":{"namespace":"discovery","key":"answer","value":"forty-two"}}`
	getAnswer = `{"operation":"cache.get","input":{"namespace":"discovery","key":"answer"}}`
	delAnswer = `{"operation":"cache.delete","input":{"namespace":"discovery","key":"answer"}}`
)

// run sends an operation and returns the answer.
func (f *function) run(event string) string {
	f.t.Helper()
	v, err := f.Invoke(f.t.Context(), []byte(event))
	if err != nil || v.FunctionError != "" {
		f.t.Fatalf("%s: %v %s", event, err, v.FunctionError)
	}
	return string(v.Payload)
}

// answers runs operations, and looks for a text in what each answers.
func (f *function) answers(wanted ...[2]string) {
	f.t.Helper()
	for _, w := range wanted {
		if got := f.run(w[0]); !strings.Contains(got, w[1]) {
			f.t.Errorf("%s is answered with %.600s\nwant %s in it", w[0], got, w[1])
		}
	}
}

// TestCacheOutlives looks that what is cached outlives the process, on disk, and
// the machine, in a table of DynamoDB.
func TestCacheOutlives(t *testing.T) {
	store := moto.Start(t, root(t))
	const table = "cache"
	store.MakeTable(table, config.CacheTableKey, config.CacheTableExpires)
	token := canaries.make("stored")
	_, home := demo(t, token)
	env := append(append(store.Env(), config.EnvCacheTable+"="+table), at(home.URL, token)...)

	dir := t.TempDir()
	one := start(t, localrun.Options{Dir: dir}, env...)
	one.answers([2]string{getAnswer, "not_found"}, [2]string{setAnswer, `["memory","disk","external"]`}, [2]string{getAnswer, `"level":"memory"`})
	items := kept(store, table)
	if len(items) != 1 || items[0][config.CacheTableKey]["S"] == "" || items[0][config.CacheTableExpires]["N"] == "" || items[0]["value"]["B"] == "" {
		t.Errorf("the table has %v", items)
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	next := start(t, localrun.Options{Dir: dir}, env...) // in the same folder; it loads ahead what was used
	next.answers([2]string{getAnswer, `forty-two`}, [2]string{getAnswer, `"level":"memory"`})

	two := start(t, localrun.Options{}, env...) // in a folder of its own; it fetches ahead what was used
	two.answers([2]string{getAnswer, `forty-two`}, [2]string{getAnswer, `"level":"memory"`}, [2]string{delAnswer, `"deleted":true`}, [2]string{getAnswer, "not_found"})
	if items := kept(store, table); len(items) != 0 {
		t.Errorf("the table still has %v", items)
	}
	for _, f := range []*function{one, next, two} {
		for _, line := range f.Lines() {
			if strings.Contains(line, "WARN") {
				t.Errorf("it is told: %s", line)
			}
		}
	}
}

// kept returns the items of a table, but for what the cache writes down after a reply
// of how often its keys are used.
func kept(store *moto.Server, table string) (items []map[string]map[string]any) {
	for _, item := range store.Items(table) {
		if key, _ := item[config.CacheTableKey]["S"].(string); !strings.HasPrefix(key, "used-") {
			items = append(items, item)
		}
	}
	return items
}

// TestCacheFaults has the levels below memory fail in every way: directives are
// answered as before, it is said once in the log, and the health report says it.
func TestCacheFaults(t *testing.T) {
	token := canaries.make("stored")
	_, home := demo(t, token)
	table := func(h http.Handler) func(*testing.T) (string, []string) {
		return func(t *testing.T) (string, []string) {
			front := httptest.NewServer(h)
			t.Cleanup(front.Close)
			return t.TempDir(), []string{config.EnvCacheTable + "=cache", "AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL_DYNAMODB=" + front.URL,
				"AWS_ACCESS_KEY_ID=AKIACANARYCANARY0000", "AWS_SECRET_ACCESS_KEY=" + canaries.make("secretkey")}
		}
	}
	folder := func(spoil func(t *testing.T, dir string) error) func(*testing.T) (string, []string) {
		return func(t *testing.T) (string, []string) {
			dir := t.TempDir()
			if err := spoil(t, filepath.Join(dir, "hearthgate")); err != nil {
				t.Skip("skipped: ", err)
			}
			return dir, nil
		}
	}
	for _, test := range []struct {
		name string
		make func(*testing.T) (dir string, env []string)
		want string
	}{
		{"the table throttles", table(refusing(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException")), "it is busy"},
		{"the table denies", table(refusing(400, "com.amazon.coral.service#AccessDeniedException")), "the function's role may not use cache"},
		{"there is no table", table(refusing(400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException")), "there is no table cache in region eu-west-1"},
		{"the table is broken", table(refusing(500, "InternalServerError")), "it answers with status 500"},
		{"the table hangs", table(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // else nobody would notice that the far side has left
			<-r.Context().Done()
		})), "did not answer within 300ms"},
		{"a file in the place of the folder", folder(func(_ *testing.T, dir string) error { return os.WriteFile(dir, []byte("foreign"), 0o600) }), "a file in the place of a folder"},
		{"the disk is full", folder(fullDisk), "the disk is full"},
		{"the disk is read-only", folder(readOnlyDisk), "the file system is read-only"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, env := test.make(t)
			f := start(t, localrun.Options{Dir: dir}, append(env, at(home.URL, token)...)...)
			for range 3 {
				f.ask(command("PowerController.TurnOn", "light#kitchen_light", "")).done(t)
				f.ask(reportState("light#kitchen_light")).expect(t, "StateReport", "")
				f.answers([2]string{delAnswer, `"success":true`}, [2]string{getAnswer, "not_found"}, [2]string{setAnswer, `"memory"`}, [2]string{getAnswer, "forty-two"})
			}
			told := 0
			for _, line := range f.Lines() {
				var l struct{ Level, Message string }
				if json.Unmarshal([]byte(line), &l) == nil && l.Level == "WARN" {
					told++
					if !strings.Contains(l.Message, test.want) {
						t.Errorf("it says %q, want %q in it", l.Message, test.want)
					}
				}
			}
			if told != 1 {
				t.Errorf("it is said %d times in the log, want once:\n%s", told, strings.Join(f.Lines(), ""))
			}
			f.answers([2]string{`{"operation":"lambda.status"}`, test.want})
		})
	}
}
