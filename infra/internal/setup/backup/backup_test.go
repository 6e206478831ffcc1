package backup_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/setup/backup"
)

const passphrase = "correct horse battery staple"

func bundle() backup.Bundle {
	return backup.Bundle{
		Format: 1, Version: "v1.2.3", Exported: time.Date(2026, 11, 26, 7, 0, 0, 0, time.UTC), Stage: "home", Account: "111122223333", Region: "eu-west-1",
		Settings:   []byte(`{"locale":"de-DE","homeAssistantUrl":"https://home.example.com"}`),
		Parameters: []backup.Parameter{{Name: config.TokenParameter, Version: 3, Value: "canary-token"}},
	}
}

// sealed encrypts a text as an export is encrypted.
func sealed(t *testing.T, text string) []byte {
	t.Helper()
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(2)
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	w, err := age.Encrypt(armored, recipient)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil || armored.Close() != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRoundTrip(t *testing.T) {
	file := filepath.Join(t.TempDir(), "home.age")
	if err := bundle().Write(file, passphrase); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(b, []byte(armor.Header)) || bytes.Contains(b, []byte("canary")) || bytes.Contains(b, []byte("example.com")) {
		t.Errorf("%v: the file is %s", err, b)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
	got, err := backup.Read(file, passphrase)
	if err != nil || !reflect.DeepEqual(got, bundle()) {
		t.Errorf("got %+v, %v", got, err)
	}
	s, err := got.StageAs("")
	if err != nil || s.Name != "home" || s.Region != "eu-west-1" {
		t.Errorf("got %+v, %v", s, err)
	}
}

// TestRead reads files that are not as they should be: the error names the file, says what
// to do, and shows nothing of what is inside.
func TestRead(t *testing.T) {
	good := sealed(t, `{"format":1,"hearthgate":"v1","exported":"2026-11-26T07:00:00Z","stage":"home","account":"111122223333","region":"eu-west-1","settings":{},"parameters":[]}`)
	flip := func(at int) []byte {
		b := bytes.Clone(good)
		if b[at] ^= 1; b[at] == '\n' || b[at] == '`' || b[at] == '*' {
			b[at] = 'Q'
		}
		return b
	}
	parameters := func(list string) []byte {
		return sealed(t, `{"format":1,"hearthgate":"v1","exported":"2026-11-26T07:00:00Z","stage":"home","account":"111122223333","region":"eu-west-1","settings":{},"parameters":[`+list+`]}`)
	}
	const wrongPassphrase, damaged, strange = "cannot be opened with this passphrase", "is damaged, or only a part of it is there", "holds a parameter that no stage has"
	for _, tt := range []struct {
		name       string
		content    []byte
		passphrase string
		want       string
	}{
		{"good", good, passphrase, ""},
		{"another passphrase", good, passphrase + "!", wrongPassphrase},
		{"no passphrase", good, "", wrongPassphrase},
		{"empty", nil, passphrase, "is not a file that `hearthgate export` wrote"},
		{"a stage's file", []byte(`{"locale": "de-DE"}`), passphrase, "is not a file that"},
		{"binary", bytes.Repeat([]byte{0, 255}, 500), passphrase, "is not a file that"},
		{"huge", append(bytes.Clone(good), bytes.Repeat([]byte("A"), 2<<20)...), passphrase, "is larger than 1024 KB"},
		{"half", good[:len(good)/2], passphrase, damaged},
		{"without its last line", good[:bytes.LastIndexByte(bytes.TrimSpace(good), '\n')], passphrase, damaged},
		{"only its first line", []byte(armor.Header + "\n"), passphrase, damaged},
		{"a byte of the header changed", flip(60), passphrase, damaged},
		{"a byte of the end changed", flip(len(good) - 60), passphrase, damaged},
		{"more behind it", append(bytes.Clone(good), "more"...), passphrase, damaged},
		{"a newer format", sealed(t, `{"format":2,"everything":"else"}`), passphrase, "was written by a newer hearthgate (format 2, and this one knows 1): upgrade"},
		{"no format", sealed(t, `{}`), passphrase, damaged},
		{"not JSON", sealed(t, "canary"), passphrase, damaged},
		{"an unknown field", sealed(t, `{"format":1,"canary":"x"}`), passphrase, damaged},
		{"a parameter of the stack", parameters(`{"name":"/log-level","version":1,"value":"debug"}`), passphrase, strange},
		{"a parameter elsewhere", parameters(`{"name":"/../../cdk-bootstrap","version":1,"value":"1"}`), passphrase, strange},
		{"a parameter twice", parameters(`{"name":"/home-assistant/token","version":1,"value":"canary"},{"name":"/home-assistant/token","version":1,"value":"canary"}`), passphrase, strange},
		{"an empty secret", parameters(`{"name":"/home-assistant/token","version":1,"value":""}`), passphrase, strange},
		{"a secret that is too long", parameters(`{"name":"/home-assistant/token","version":1,"value":"` + strings.Repeat("a", 5000) + `"}`), passphrase, strange},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "home.age")
			if err := os.WriteFile(file, tt.content, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := backup.Read(file, tt.passphrase)
			if (err == nil) != (tt.want == "") {
				t.Fatalf("got %+v, %v", got, err)
			}
			if err != nil && (!strings.HasPrefix(err.Error(), file+" ") || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "canary")) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	for _, file := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		if _, err := backup.Read(file, passphrase); err == nil || !strings.Contains(err.Error(), "cannot be read (") || strings.Contains(err.Error(), "%!") {
			t.Errorf("error %v", err)
		}
	}
}

// FuzzRead opens damaged files: an error, and no panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(armor.Header+"\nYWdlLWVuY3J5cHRpb24ub3JnL3YxCg==\n-----END AGE ENCRYPTED FILE-----\n"), "passphrase")
	f.Fuzz(func(t *testing.T, content []byte, with string) {
		file := filepath.Join(t.TempDir(), "x.age")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Read(file, with); err == nil {
			t.Errorf("%q was read", content)
		}
	})
}

func TestStageAs(t *testing.T) {
	for _, tt := range []struct{ name, settings, as, want string }{
		{"good", `{"locale":"de-DE","homeAssistantUrl":"https://home.example.com"}`, "cabin", ""},
		{"a wrong name", `{"locale":"de-DE","homeAssistantUrl":"https://home.example.com"}`, "../cabin", "a-z"},
		{"wrong values", `{"locale":"xx","homeAssistantUrl":"https://home.example.com"}`, "", "home.json: locale is wrong"},
		{"a field of a newer version", `{"locale":"de-DE","homeAssistantUrl":"https://home.example.com","hologram":true}`, "", "hologram is not a field"},
	} {
		b := bundle()
		b.Settings = []byte(tt.settings)
		s, err := b.StageAs(tt.as)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && s.Name != "cabin" {
			t.Errorf("%s: got %+v, %v, want %q", tt.name, s, err, tt.want)
		}
	}
}
