package config_test

import (
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hearthgate/hearthgate/config"
)

func TestFolder(t *testing.T) {
	const good = `{"locale": "de-DE", "homeAssistantUrl": "https://home.example.com"}`
	folder := config.Folder{Path: "some/stages", FS: fstest.MapFS{
		"one.json":         {Data: []byte(good)},
		"broken.json":      {Data: []byte(`{"locale": 1}`)},
		"wrong.json":       {Data: []byte(`{"locale": "de-DE", "memory": 1}`)},
		"notes.txt":        {Data: []byte("not a stage")},
		"one.json.draft":   {Data: []byte("nor is this")},
		"._one.json":       {Data: []byte("nor what macOS leaves on a stick")},
		"examples/ex.json": {Data: []byte(good)},
	}}
	t.Run("defaults", func(t *testing.T) {
		got, err := folder.Load("one")
		want := config.NewStage("one")
		want.File, want.Locale, want.URL, want.Region = "some/stages/one.json", "de-DE", "https://home.example.com", "eu-west-1"
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
		}
	})
	t.Run("not there", func(t *testing.T) {
		_, err := folder.Load("two")
		if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), "two.json") != 1 || !strings.Contains(err.Error(), "some/stages/two.json") {
			t.Errorf("got %v, want an error that names the file once", err)
		}
	})
	t.Run("wrong values", func(t *testing.T) {
		if s, err := folder.Read("wrong"); err != nil || s.Memory != 1 {
			t.Errorf("got %+v, %v, want what the file has", s, err)
		}
		if _, err := folder.Read("broken"); err == nil {
			t.Error("want an error of a wrong type")
		}
	})
	t.Run("all", func(t *testing.T) {
		stages, err := folder.LoadAll()
		for _, want := range []string{"some/stages/broken.json: locale", "some/stages/wrong.json: memory", "some/stages/wrong.json: homeAssistantUrl"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q in it", err, want)
			}
		}
		if len(stages) != 3 {
			t.Errorf("%d stages, want 3", len(stages))
		}
	})
	t.Run("names", func(t *testing.T) {
		if got, want := folder.Names(), []string{"broken", "one", "wrong"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		empty := config.Folder{FS: fstest.MapFS{}}
		if stages, err := empty.LoadAll(); len(stages) > 0 || err != nil {
			t.Errorf("got %v, %v, want none", stages, err)
		}
	})
}
