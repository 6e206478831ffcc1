package initialization_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

func TestSign(t *testing.T) {
	env := map[string]string{"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "session", "AWS_REGION": "eu-west-1"}
	r, err := http.NewRequest(http.MethodPost, "https://dynamodb.eu-west-1.amazonaws.com/", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if err := initialization.Sign(t.Context(), func(name string) string { return env[name] }, r, []byte("{}"), "dynamodb"); err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get("Authorization"); !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=AKIA1/") || !strings.Contains(got, "/eu-west-1/dynamodb/aws4_request, ") || strings.Contains(got, "hush") {
		t.Errorf("the signature is %q", got)
	}
	if got := r.Header.Get("X-Amz-Security-Token"); got != "session" {
		t.Errorf("the session token is %q, want session", got)
	}
}

func TestPresign(t *testing.T) {
	env := map[string]string{"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "se+ss/ion=", "AWS_REGION": "eu-west-1"}
	target, err := initialization.Presign(t.Context(), func(name string) string { return env[name] }, "broker.example:444")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(target)
	if err != nil || u.Path != "/mqtt" || u.Host != "" {
		t.Fatalf("%v, %s", err, target)
	}
	q := u.Query()
	if got := q.Get("X-Amz-Credential"); !strings.HasPrefix(got, "AKIA1/") || !strings.HasSuffix(got, "/eu-west-1/iotdevicegateway/aws4_request") || q.Get("X-Amz-SignedHeaders") != "host" || len(q.Get("X-Amz-Signature")) != 64 || strings.Contains(target, "hush") {
		t.Errorf("the query is %s", u.RawQuery)
	}
	if before, token, _ := strings.Cut(target, "&X-Amz-Security-Token="); token != "se%2Bss%2Fion%3D" || !strings.Contains(before, "X-Amz-Signature=") {
		t.Errorf("the session token is not appended: %s", target)
	}
}
