package utility

import (
	"context"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
)

// An IDInput is the input of [GenerateCorrelationID].
type IDInput struct {
	Format string `json:"format,omitempty" doc:"uuid (version 7; the default) or short (the first 12 random digits of one)"`
	Trace  string `json:"trace,omitempty" doc:"an X-Amzn-Trace-Id header; its root is used instead of a new ID"`
}

// An ID is a correlation ID.
type ID struct {
	ID     string `json:"id"`
	Source string `json:"source" doc:"generated or trace"`
}

func generateID(_ context.Context, in IDInput) (ID, error) {
	if in.Trace != "" {
		root, ok := traceRoot(in.Trace)
		if !ok {
			return ID{}, core.Errorf(core.Invalid, "input", "field trace has no Root=...: %.60q", in.Trace)
		}
		return ID{root, "trace"}, nil
	}
	switch id := core.NewID(); in.Format {
	case "", "uuid":
		return ID{id, "generated"}, nil
	case "short":
		return ID{id[len(id)-12:], "generated"}, nil
	default:
		return ID{}, core.Errorf(core.Invalid, "input", "field format is %.40q; uuid or short is wanted", in.Format)
	}
}

// traceRoot returns the root of an X-Ray trace header, "Root=1-...;Parent=...".
func traceRoot(header string) (string, bool) {
	for part := range strings.SplitSeq(header, ";") {
		if root, ok := strings.CutPrefix(strings.TrimSpace(part), "Root="); ok && root != "" {
			return root, true
		}
	}
	return "", false
}
