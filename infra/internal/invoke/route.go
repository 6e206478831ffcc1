package invoke

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/hearthgate/hearthgate/config/wire"
)

// Diagnose has the function check its route to a home, "" for its first one.
func (t *Target) Diagnose(ctx context.Context, home string) (d wire.Diagnosis, r wire.Response, err error) {
	var input json.RawMessage
	if home != "" {
		input, _ = json.Marshal(map[string]string{"home": home}) // text: cannot fail
	}
	if r, err = t.Operate(ctx, "lambda.diagnose", input); err != nil || !r.Success {
		return d, r, err
	}
	return d, r, json.Unmarshal(r.Data, &d)
}

// Reaches returns why the function does not get the devices of a home, nil if it does.
func (t *Target) Reaches(ctx context.Context, home string) error {
	d, r, err := t.Diagnose(ctx, home)
	if err == nil && !r.Success {
		err = errors.New(Sentence(r.Message))
	}
	for _, s := range d.Steps {
		if !s.OK {
			return errors.New(Sentence(s.Problem) + ": " + s.Fix)
		}
	}
	return err
}
