package homeclient_test

import (
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/homeclient"
)

func TestTrust(t *testing.T) {
	server := httptest.NewTLSServer(http.RedirectHandler("https://elsewhere.example", http.StatusFound))
	defer server.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	for _, tt := range []struct {
		name     string
		ca       string
		insecure bool
		trusts   bool
	}{
		{"the public authorities", "", false, false},
		{"its own authority", ca, false, true},
		{"anyone", "", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, err := homeclient.New(tt.ca, tt.insecure, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer client.CloseIdleConnections()
			res, err := client.Get(server.URL)
			if (err == nil) != tt.trusts {
				t.Fatalf("error %v", err)
			}
			if err == nil {
				res.Body.Close()
				if res.StatusCode != http.StatusFound {
					t.Errorf("it followed a redirect: status %d", res.StatusCode)
				}
			}
		})
	}
	if _, err := homeclient.New("-----BEGIN", false, nil); !errors.Is(err, homeclient.ErrNoCertificate) {
		t.Errorf("error %v", err)
	}
}
