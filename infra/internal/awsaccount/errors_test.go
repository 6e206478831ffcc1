package awsaccount_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// settings points the SDK at nothing but this configuration file and this address.
func settings(t *testing.T, url, profile, file string) {
	t.Helper()
	conf := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(conf, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": profile,
		"AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": conf, "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true", "HOME": t.TempDir(),
	} {
		t.Setenv(name, value)
	}
	if profile == "" {
		os.Unsetenv("AWS_PROFILE")
		t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	}
}

// TestMeanings has AWS reject a call in each way: the error names cause and mend.
func TestMeanings(t *testing.T) {
	for _, tt := range []struct {
		status              int
		code, message, want string // want is ours
		said                string
	}{
		{403, "AccessDenied", "User: arn:aws:iam::1:user/a is not authorized to perform: sts:GetCallerIdentity on resource: * because no policy allows it", awsaccount.Denied, "AWS does not allow asking whose credentials these are (sts:GetCallerIdentity) with these credentials: attach the policy that `hearthgate iam-policy` prints"},
		{403, "AccessDenied", "no", awsaccount.Denied, "(sts:GetCallerIdentity)"},
		{403, "AccessDenied", "User: a is not authorized to perform: sts:X on resource: b with an explicit deny in a service control policy", awsaccount.Denied, "a policy of the account or of its organization forbids asking whose credentials these are (sts:X on b)"},
		{403, "ExpiredToken", "The security token included in the request is expired", awsaccount.Expired, "the AWS credentials have expired (ExpiredToken): log in again"},
		{403, "InvalidClientTokenId", "The security token included in the request is invalid.", awsaccount.NoCredentials, "AWS does not know these credentials"},
		{403, "SignatureDoesNotMatch", "The request signature we calculated does not match", awsaccount.NoCredentials, "copied only in part"},
		{403, "SignatureDoesNotMatch", "Signature expired: 20261126T000000Z is now earlier than", awsaccount.Clock, "this machine's clock is wrong"},
		{403, "RequestTimeTooSkewed", "The difference is too large", awsaccount.Clock, "set the clock"},
		{403, "RegionDisabledException", "STS is not activated in this region for account:1", awsaccount.Region, "enable it in the console (Account, AWS Regions)"},
		{403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region.", awsaccount.Region, "check AWS_REGION"},
		{403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.", awsaccount.NoCredentials, "second factor (MFA)"},
		{400, "AccountProblem", "Your account is suspended", "Suspended", "suspended, closed or not set up"},
		{400, "KMSInvalidStateException", "arn is disabled", "KMS", "while asking whose credentials these are (KMSInvalidStateException): check in the console of KMS"},
		{400, "KMSAccessDeniedException", "User: a is not authorized to perform: kms:Decrypt on resource: key/1", awsaccount.Denied, "(kms:Decrypt on key/1)"},
		{400, "Throttling", "Rate exceeded", awsaccount.Throttled, "wait a minute"},
		{404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-west-1:1:function:hearthgate-throttled", awsaccount.NotFound, "AWS has not found it"},
		{429, "TooManyRequestsException", "", awsaccount.Throttled, "too many requests"},
		{503, "ServiceUnavailable", "", awsaccount.Unavailable, "AWS has a failure of its own while asking whose credentials these are (ServiceUnavailable): wait some minutes"},
		{500, "Odd", "odd", awsaccount.Unavailable, "wait some minutes"},
		{400, "ParameterLimitExceeded", "", awsaccount.Quota, "Service Quotas"},
		{400, "CodeStorageExceededException", "", awsaccount.Quota, "Service Quotas"},
		{409, "ResourceConflictException", "An update is in progress for resource", awsaccount.Conflict, "busy with an earlier change"},
		{400, "ValidationError", "Stack:a is in UPDATE_IN_PROGRESS state and can not be updated.", awsaccount.Conflict, "busy with an earlier change"},
		{400, "ValidationError", "Stack with id a does not exist", awsaccount.NotFound, "AWS has not found it"},
		{400, "Odd", "odd thing", "Odd", "AWS rejected asking whose credentials these are (Odd): odd thing"},
		{400, "Odd", "", "Odd", "does not say why"},
	} {
		t.Run(tt.code+" "+tt.message, func(t *testing.T) {
			aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/xml")
				w.WriteHeader(tt.status)
				fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", tt.code, tt.message)
			}))
			defer aws.Close()
			settings(t, aws.URL, "", "")
			_, err := awsaccount.Open(t.Context(), "eu-west-1")
			if awsaccount.CodeOf(err) != tt.want || !strings.Contains(fmt.Sprint(err), tt.said) {
				t.Errorf("code %q, %v; want %q and %q", awsaccount.CodeOf(err), err, tt.want, tt.said)
			}
			for _, odd := range []string{"STS:", "operation error", "https response", "RequestID", "api error"} {
				if strings.Contains(fmt.Sprint(err), odd) {
					t.Errorf("%q in %v", odd, err)
				}
			}
		})
	}
}

// TestCredentials has this machine's settings wrong in each way.
func TestCredentials(t *testing.T) {
	for _, tt := range []struct{ name, profile, file, want, said string }{
		{"no such profile", "home", "[default]\nregion = eu-west-1\n", awsaccount.NoCredentials, `there is no AWS profile "home" on this machine`},
		{"a second factor", "home", "[profile home]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = keys\nmfa_serial = arn:aws:iam::1:mfa/a\n[profile keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n", awsaccount.NoCredentials, "second factor (MFA)"},
		{"single sign-on that has expired", "home", "[profile home]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_start_url = https://example.com\nsso_region = eu-west-1\n", awsaccount.Expired, "run `aws sso login --profile home`"},
		{"a program that fails", "home", "[profile home]\ncredential_process = false\n", awsaccount.NoCredentials, "credential_process in ~/.aws/config) failed"},
		{"a profile without keys", "home", "[profile home]\nregion = eu-west-1\n", awsaccount.NoCredentials, "there are no AWS credentials here"},
		{"half a file", "home", "[profile home\n", awsaccount.NoCredentials, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			settings(t, "http://127.0.0.1:1", tt.profile, tt.file)
			_, err := awsaccount.Open(t.Context(), "eu-west-1")
			if awsaccount.CodeOf(err) != tt.want || !strings.Contains(fmt.Sprint(err), tt.said) {
				t.Errorf("code %q, %v; want %q and %q", awsaccount.CodeOf(err), err, tt.want, tt.said)
			}
		})
	}
}
