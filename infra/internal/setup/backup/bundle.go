// Package backup exports a stage with its secrets into a file that a passphrase encrypts,
// and imports it, here or in another AWS account.
package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

// format is the version of the format of a [Bundle]. It rises when an older hearthgate
// would misread a newer file.
const format = 1

// A Bundle is a stage with its secrets: what the file holds, encrypted.
type Bundle struct {
	Format     int             `json:"format"`
	Version    string          `json:"hearthgate"` // that wrote it
	Exported   time.Time       `json:"exported"`
	Stage      string          `json:"stage"`
	Account    string          `json:"account"` // where the secrets were
	Region     string          `json:"region"`
	Settings   json.RawMessage `json:"settings"` // as in the stage's file
	Parameters []Parameter     `json:"parameters"`
}

// A Parameter is a SecureString of a stage.
type Parameter struct {
	Name    string `json:"name"` // below the stage's prefix, one of [config.Stage.SecretParameters]
	Version int64  `json:"version"`
	Value   string `json:"value"`
}

// Collect reads the secrets of a stage from its account.
func Collect(ctx context.Context, s config.Stage, a *awsaccount.Account, now time.Time) (Bundle, error) {
	b := Bundle{
		Format: format, Version: config.Version(), Exported: now.UTC().Truncate(time.Second),
		Stage: s.Name, Account: a.ID, Region: a.Region, Parameters: []Parameter{},
	}
	settings, err := setup.Marshal(s)
	if err != nil {
		return b, err
	}
	b.Settings = settings
	for _, name := range s.SecretParameters() {
		value, version, err := a.SecretVersion(ctx, config.ParameterPrefix(s.Name)+name)
		switch {
		case err == nil:
			b.Parameters = append(b.Parameters, Parameter{name, version, value})
		case awsaccount.CodeOf(err) != awsaccount.NotFound:
			return b, err
		}
	}
	return b, nil
}

// stage returns the stage of the bundle, as far as its settings are right.
func (b Bundle) stage() config.Stage {
	s, _ := config.Decode(b.Stage+".json", b.Settings)
	return s
}

// parse reads a bundle strictly.
func parse(text []byte) (Bundle, error) {
	var first struct{ Format int }
	if err := json.Unmarshal(text, &first); err != nil || first.Format < 1 {
		return Bundle{}, errDamaged
	}
	if first.Format > format {
		return Bundle{}, fmt.Errorf("was written by a newer hearthgate (format %d, and this one knows %d): upgrade this one, then import again", first.Format, format)
	}
	var b Bundle
	if err := strictjson.Decode(text, &b); err != nil {
		return Bundle{}, errDamaged
	}
	s := b.stage()
	for i, p := range b.Parameters {
		const most = 4096 // of a parameter of the standard tier
		twice := slices.ContainsFunc(b.Parameters[:i], func(other Parameter) bool { return other.Name == p.Name })
		if !slices.Contains(s.SecretParameters(), p.Name) || twice || p.Value == "" || len(p.Value) > most {
			return Bundle{}, errors.New("holds a parameter that no stage has: it was not written by `hearthgate export`")
		}
	}
	return b, nil
}
