package utility

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"

	"github.com/hearthgate/hearthgate/function/core"
)

// maxLevels is the maximum nesting depth that is merged or filtered.
const maxLevels = 64

// An object is a JSON object with unparsed values.
type object = map[string]json.RawMessage

// A MergeInput is the input of [Merge].
type MergeInput struct {
	Base json.RawMessage `json:"base" required:"true" doc:"an object"`
	Over json.RawMessage `json:"over" required:"true" doc:"an object, whose keys take precedence"`
	Flat bool            `json:"flat,omitempty" doc:"replace nested objects as a whole; default: merge them too"`
}

// Check rejects what is not an object.
func (in MergeInput) Check() error {
	if err := checkObject("base", in.Base); err != nil {
		return err
	}
	return checkObject("over", in.Over)
}

func checkObject(field string, raw json.RawMessage) error {
	switch {
	case len(raw) == 0:
		return fmt.Errorf("field %s is missing", field)
	case kindOf(raw) != "object":
		return fmt.Errorf("field %s is of kind %s; expected an object", field, kindOf(raw))
	}
	return nil
}

// Merged is the output of [Merge].
type Merged struct {
	Value    json.RawMessage `json:"value" doc:"the merged object"`
	Added    int             `json:"added" doc:"keys that base did not have"`
	Replaced int             `json:"replaced" doc:"keys whose value changed"`
}

func merge(_ context.Context, in MergeInput) (m Merged, err error) {
	m.Value, err = m.merge(in.Base, in.Over, in.Flat, 1)
	return m, err
}

// merge returns base with the keys of over, and counts what that adds and replaces.
func (m *Merged) merge(base, over json.RawMessage, flat bool, level int) (json.RawMessage, error) {
	if level > maxLevels {
		return nil, core.Errorf(core.Invalid, core.CauseInput, "fields base and over are more than %d levels deep", maxLevels)
	}
	var a, b object
	if err := errors.Join(json.Unmarshal(base, &a), json.Unmarshal(over, &b)); err != nil {
		return nil, err
	}
	for key, value := range b {
		old, there := a[key]
		switch {
		case !there:
			m.Added++
		case !flat && kindOf(old) == "object" && kindOf(value) == "object":
			var err error
			if value, err = m.merge(old, value, flat, level+1); err != nil {
				return nil, err
			}
		case string(old) != string(value):
			m.Replaced++
		}
		a[key] = value
	}
	return json.Marshal(a)
}

// A FilterInput is the input of [FilterKeys].
type FilterInput struct {
	Value json.RawMessage `json:"value" required:"true" doc:"an object"`
	Keep  []string        `json:"keep,omitempty" doc:"the keys to keep, * matching any characters; default: all"`
	Drop  []string        `json:"drop,omitempty" doc:"the keys to remove, * matching any characters"`
	Deep  bool            `json:"deep,omitempty" doc:"remove them from nested objects and lists too; default: from the object itself only"`
}

// Check rejects what is not an object, an empty filter and an invalid pattern.
func (in FilterInput) Check() error {
	if err := checkObject("value", in.Value); err != nil {
		return err
	}
	if len(in.Keep)+len(in.Drop) == 0 {
		return errors.New("field keep is missing, and so is drop; expected at least one of them")
	}
	for name, globs := range map[string][]string{"keep": in.Keep, "drop": in.Drop} {
		for _, glob := range globs {
			if _, err := path.Match(glob, ""); err != nil || glob == "" {
				return fmt.Errorf("field %s has the invalid pattern %.60q in it; expected one such as last_*", name, glob)
			}
		}
	}
	return nil
}

// Filtered is the output of [FilterKeys].
type Filtered struct {
	Value   json.RawMessage `json:"value" doc:"the object without the removed keys"`
	Kept    int             `json:"kept" doc:"remaining keys of every object that was filtered"`
	Dropped int             `json:"dropped" doc:"removed keys"`
}

func filterKeys(_ context.Context, in FilterInput) (f Filtered, err error) {
	f.Value, err = f.filter(in.Value, in, 1)
	return f, err
}

func (f *Filtered) filter(raw json.RawMessage, in FilterInput, level int) (json.RawMessage, error) {
	if level > maxLevels {
		return nil, core.Errorf(core.Invalid, core.CauseInput, "field value is more than %d levels deep", maxLevels)
	}
	if kindOf(raw) == "list" {
		return f.filterList(raw, in, level)
	}
	var o object
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	for key, value := range o {
		if level == 1 && len(in.Keep) > 0 && !matches(in.Keep, key) || matches(in.Drop, key) {
			delete(o, key)
			f.Dropped++
			continue
		}
		f.Kept++
		if k := kindOf(value); in.Deep && (k == "object" || k == "list") {
			inner, err := f.filter(value, in, level+1)
			if err != nil {
				return nil, err
			}
			o[key] = inner
		}
	}
	return json.Marshal(o)
}

func (f *Filtered) filterList(raw json.RawMessage, in FilterInput, level int) (json.RawMessage, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	for i, value := range list {
		if k := kindOf(value); k == "object" || k == "list" {
			inner, err := f.filter(value, in, level+1)
			if err != nil {
				return nil, err
			}
			list[i] = inner
		}
	}
	return json.Marshal(list)
}

func matches(globs []string, key string) bool {
	for _, glob := range globs {
		if ok, _ := path.Match(glob, key); ok {
			return true
		}
	}
	return false
}
