package invoke

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/hearthgate/hearthgate/config/wire"
)

// operations are the names of operations that the function writes before a sentence.
var operations = regexp.MustCompile(`(^|: )(?:(?:cache|circuit_breaker|http_client|initialization|lambda|logging|metrics|security|singleton|utility)\.[a-z_]+: )+`)

// Sentence returns a message of the function for a person: without the names of the
// operations through which it came.
func Sentence(message string) string { return operations.ReplaceAllString(message, "$1") }

// obstacle has the function check its route to the home, and returns what it is that
// fails, and what to do; nil if nothing fails or the function cannot say.
func (t *Target) obstacle(ctx context.Context) error {
	r, err := t.Operate(ctx, "lambda.diagnose", nil)
	if err != nil || !r.Success {
		return nil
	}
	var d wire.Diagnosis
	if json.Unmarshal(r.Data, &d) != nil {
		return nil
	}
	for _, s := range d.Steps {
		if s.OK {
			continue
		}
		text := Sentence(s.Problem)
		if s.Fix != "" && !strings.Contains(text, s.Fix) {
			text += "; " + s.Fix
		}
		return errors.New(text)
	}
	return nil
}
