package utility

import (
	"context"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// An IDInput is the input of [GenerateCorrelationID].
type IDInput struct {
	Format string `json:"format,omitempty" doc:"uuid (version 7; the default) or short (its last 12 digits, which are random)"`
	Trace  string `json:"trace,omitempty" doc:"an X-Amzn-Trace-Id header, whose root is returned instead of a new ID"`
}

// Check rejects an unknown format and a trace header without a root.
func (in IDInput) Check() error {
	switch in.Format {
	case "", "uuid", "short":
	default:
		return fmt.Errorf("field format is %.40q; expected uuid or short", in.Format)
	}
	if _, ok := traceRoot(in.Trace); in.Trace != "" && !ok {
		return fmt.Errorf("field trace is %.100q; expected Root=1-, eight hexadecimal digits, a hyphen and 24 more in it", in.Trace)
	}
	return nil
}

// An ID is a correlation ID.
type ID struct {
	ID     string `json:"id"`
	Source string `json:"source" doc:"generated or trace"`
}

func generateID(_ context.Context, in IDInput) (ID, error) {
	if root, ok := traceRoot(in.Trace); ok {
		return ID{root, "trace"}, nil
	}
	id := core.NewID()
	if in.Format == "short" {
		id = id[len(id)-12:]
	}
	return ID{id, "generated"}, nil
}

// traceRoot returns the root of an X-Ray trace header, "Root=1-...;Parent=...".
func traceRoot(header string) (string, bool) {
	for part := range strings.SplitSeq(header, ";") {
		if root, ok := strings.CutPrefix(strings.TrimSpace(part), "Root="); ok {
			return root, isRoot(root)
		}
	}
	return "", false
}

// isRoot reports whether s is a trace ID: "1-5759e988-bd862e3fe1be46a994272793".
func isRoot(s string) bool {
	const form = "1-xxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx"
	if len(s) != len(form) {
		return false
	}
	for i := range len(s) {
		hex := strings.IndexByte("0123456789abcdefABCDEF", s[i]) >= 0
		if form[i] == 'x' && !hex || form[i] != 'x' && s[i] != form[i] {
			return false
		}
	}
	return true
}
