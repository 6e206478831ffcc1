package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// plants are lines of the dispatcher and what stands in their place where a gateway
// is to panic, as an operation and as a service of others.
var plants = []struct{ line, instead string }{
	{"import (\n", "import (\n\t\"os\"\n"},
	{"\tif c.typed != nil {\n", "\tplanted(c.run, c.Gateway)\n\tif c.typed != nil {\n"},
	{"\t\t\th = service(h)\n", "\t\t\th = explosive(other, service(h))\n"},
}

const explosives = `
func explosive(g Gateway, h Handler) Handler {
	return func(ctx context.Context, c *Call) error { planted(c.run, g); return h(ctx, c) }
}

func planted(r *Run, g Gateway) {
	if r != nil && os.Getenv("PANIC_IN") == g.String() {
		panic("planted in " + g.String())
	}
}
`

// planted returns the function, built so that the gateway that PANIC_IN names panics
// whenever it takes part in an invocation.
var planted = sync.OnceValues(func() (string, error) {
	shared.build()
	if shared.err != nil {
		return "", shared.err
	}
	file := filepath.Join(shared.root, "function", "core", "dispatcher.go")
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	text := string(b) + explosives
	for _, p := range plants {
		if strings.Count(text, p.line) != 1 {
			return "", fmt.Errorf("%s has no line %q any more: plant the panic elsewhere", file, p.line)
		}
		text = strings.Replace(text, p.line, p.instead, 1)
	}
	changed, overlay, out := filepath.Join(shared.dir, "dispatcher.go"), filepath.Join(shared.dir, "overlay.json"), filepath.Join(shared.dir, "planted")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-overlay", overlay, "-tags", "lambda.norpc,nethttpomithttp2", "-o", out, ".")
	cmd.Dir = filepath.Join(shared.root, "function")
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the function with panics was not built: %w\n%s", err, said)
	}
	return out, nil
})
