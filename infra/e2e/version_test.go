package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// eachHome runs a test against each version of Home Assistant.
func eachHome(t *testing.T, test func(*testing.T, realhome.Version)) {
	for _, v := range realhome.Versions() {
		t.Run(string(v), func(t *testing.T) { test(t, v) })
	}
}

// renamed are entities of the demo that have another id in versions after the oldest.
var renamed = strings.NewReplacer("vacuum#0_ground_floor", "vacuum#demo_vacuum_0_ground_floor", "vacuum.0_ground_floor", "vacuum.demo_vacuum_0_ground_floor")

// spelled returns a text with the ids that entities have in a version.
func spelled(v realhome.Version, text string) string {
	if v == realhome.Oldest() {
		return text
	}
	return renamed.Replace(text)
}

// goldens are the recorded answers of the oldest version. A folder in it has those of
// another version that differ.
var goldens = filepath.Join("testdata", "golden")

// recorded returns the recorded answer of a version.
func recorded(v realhome.Version, name string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(goldens, string(v), name+".jsonc"))
	if errors.Is(err, os.ErrNotExist) {
		b, err = os.ReadFile(filepath.Join(goldens, name+".jsonc"))
	}
	return b, err
}

// record records the answer of a version, unless the oldest version gives it too.
func record(v realhome.Version, name string, answer []byte) error {
	file, own := filepath.Join(goldens, name+".jsonc"), filepath.Join(goldens, string(v), name+".jsonc")
	if v == realhome.Oldest() {
		return os.WriteFile(file, answer, 0o644)
	}
	common, err := os.ReadFile(file)
	if err == nil && bytes.Equal(common, answer) {
		err = os.Remove(own)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	if err := os.MkdirAll(filepath.Dir(own), 0o755); err != nil {
		return err
	}
	return os.WriteFile(own, answer, 0o644)
}

// same returns an error unless the function hands on what the home answers: byte for
// byte or, where the home has devices without a name, with names made of their ids.
func same(direct, through []byte) error {
	if bytes.Equal(still(direct), still(through)) {
		return nil
	}
	want, named := namedByID(still(direct))
	if named == 0 {
		return errors.New("not byte for byte")
	}
	var got any
	if err := json.Unmarshal(still(through), &got); err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("not even with a name for each of the %d devices that have none", named)
	}
	return nil
}

// namedByID returns an answer in which each device without a name has one, "dimmer
// level" for input_number#dimmer_level, and how many those are.
func namedByID(answer []byte) (decoded any, named int) {
	if err := json.Unmarshal(answer, &decoded); err != nil {
		return nil, 0
	}
	event, _ := decoded.(map[string]any)["event"].(map[string]any)
	payload, _ := event["payload"].(map[string]any)
	endpoints, _ := payload["endpoints"].([]any)
	for _, e := range endpoints {
		device, _ := e.(map[string]any)
		id, _ := device["endpointId"].(string)
		if device["friendlyName"] == "" {
			_, object, _ := strings.Cut(id, "#")
			device["friendlyName"] = strings.ReplaceAll(object, "_", " ")
			named++
		}
	}
	return decoded, named
}
