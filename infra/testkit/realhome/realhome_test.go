package realhome_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
	"github.com/hearthgate/hearthgate/infra/testkit/venv"
)

func TestAHomeStopsAndComesBack(t *testing.T) {
	for _, v := range realhome.Versions() {
		t.Run(string(v), func(t *testing.T) { stopsAndComesBack(t, v) })
	}
}

func stopsAndComesBack(t *testing.T, v realhome.Version) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	h, err := realhome.New(t.Context(), root, realhome.Options{Version: v})
	switch {
	case errors.Is(err, venv.ErrNoPython) && os.Getenv("CI") != "true":
		t.Skip("skipped: ", err)
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(h.Remove)
	if is, err := h.Release(t.Context()); err != nil || !strings.HasPrefix(is, string(v)+".") {
		t.Errorf("Home Assistant is %q, want %s: %v", is, v, err)
	}

	discover := `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","payloadVersion":"3","messageId":"m"},"payload":{}}}`
	before := endpoints(t, h, discover)
	if before < 60 {
		t.Errorf("Home Assistant offers %d endpoints, want 60 and more", before)
	}
	h.Stop()
	if _, _, err := h.Direct(t.Context(), []byte(discover)); err == nil {
		t.Error("a stopped home answers")
	}
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := endpoints(t, h, discover); after != before {
		t.Errorf("%d endpoints after the restart, %d before", after, before)
	}
}

func endpoints(t *testing.T, h *realhome.Home, discover string) int {
	t.Helper()
	status, b, err := h.Direct(t.Context(), []byte(discover))
	if err != nil || status != 200 {
		t.Fatalf("discovery: %d %s %v", status, b, err)
	}
	var answer struct {
		Event struct {
			Payload struct{ Endpoints []json.RawMessage }
		}
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		t.Fatal(err)
	}
	return len(answer.Event.Payload.Endpoints)
}
