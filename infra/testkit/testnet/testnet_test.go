package testnet_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/testnet"
)

// TestMain makes the test binary a program that looks at a URL: ours has read its
// environment already.
func TestMain(m *testing.M) {
	if url := os.Getenv("LOOK_AT"); url != "" {
		r, err := http.Get(url)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		io.Copy(os.Stdout, r.Body)
		return
	}
	os.Exit(m.Run())
}

func TestEnvironment(t *testing.T) {
	n := testnet.New(t)
	n.Serve(t, "home.example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "this is "+r.Host) }))
	for host, want := range map[string]string{"home.example.com": "this is home.example.com", "other.example.com": "Bad Gateway"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(n.Environment(), "LOOK_AT=https://"+host+"/")
		out, err := cmd.Output()
		if got := string(out); !strings.Contains(got, want) || (err != nil) != (want == "Bad Gateway") {
			t.Errorf("%s: %q, %v", host, got, err)
		}
	}
}
