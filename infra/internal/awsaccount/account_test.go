package awsaccount_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// TestC9TrueCause has something answer in the place of AWS, in each way that the SDK does
// not understand, and nothing answer: the error says which.
func TestC9TrueCause(t *testing.T) {
	says := func(status int, header, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", header)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	const good = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/a</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
	for _, tt := range []struct {
		name       string
		handle     http.HandlerFunc // nil for no one
		code, said string
	}{
		{"no one", nil, awsaccount.Unreachable, "AWS did not answer"},
		{"closes", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, awsaccount.Unreachable, "AWS did not answer"},
		{"a page", says(200, "text/html", "<!DOCTYPE html><html><p>welcome"), awsaccount.Unreadable, "the answer is not one of AWS"},
		{"not XML", says(200, "text/xml", "\x00\x01"), awsaccount.Unreadable, "the answer is not one of AWS"},
		{"half an answer", says(200, "text/xml", good[:90]), awsaccount.Unreadable, "the answer is not one of AWS"},
		{"denied", says(403, "text/xml", "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"), awsaccount.Denied, "does not allow"},
		{"as AWS does", says(200, "text/xml", good), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := "http://127.0.0.1:1"
			if tt.handle != nil {
				aws := httptest.NewServer(tt.handle)
				defer aws.Close()
				url = aws.URL
			}
			none := filepath.Join(t.TempDir(), "none")
			for name, value := range map[string]string{
				"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
				"AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
			} {
				t.Setenv(name, value)
			}
			os.Unsetenv("AWS_PROFILE")
			a, err := awsaccount.Open(t.Context(), "eu-west-1")
			if tt.code == "" && (err != nil || a.ID != "123456789012") {
				t.Errorf("got %+v, %v", a, err)
			}
			if tt.code != "" && (awsaccount.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.said)) {
				t.Errorf("code %q, %v; want %q and %q", awsaccount.CodeOf(err), err, tt.code, tt.said)
			}
			if tt.code != awsaccount.Unreachable && err != nil && strings.Contains(err.Error(), "did not answer") {
				t.Errorf("it did answer: %v", err)
			}
		})
	}
}
