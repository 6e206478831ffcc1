package realhome

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"text/template"
	"time"
)

// seed writes the storage of a home whose owner has gone through the first steps
// and has made a long-lived token, and returns that token.
func seed(dir string) (token string, err error) {
	const years = 10 * 365 * 24 * time.Hour // what Home Assistant's own page asks for
	user, session, key, now := random(16), random(16), random(64), time.Now()
	auth := map[string]any{
		"users": []any{map[string]any{
			"id": user, "name": "Owner", "group_ids": []string{"system-admin"},
			"is_owner": true, "is_active": true, "system_generated": false, "local_only": false,
		}},
		"groups": []any{
			map[string]string{"id": "system-admin", "name": "Administrators"},
			map[string]string{"id": "system-users", "name": "Users"},
			map[string]string{"id": "system-read-only", "name": "Read Only"},
		},
		"credentials": []any{},
		"refresh_tokens": []any{map[string]any{
			"id": session, "user_id": user, "token_type": "long_lived_access_token",
			"client_id": nil, "client_name": "tests", "client_icon": nil,
			"created_at": now.UTC().Format(time.RFC3339), "access_token_expiration": years.Seconds(),
			"token": random(64), "jwt_key": key,
			"last_used_at": nil, "last_used_ip": nil, "expire_at": nil, "credential_id": nil, "version": nil,
		}},
	}
	onboarding := map[string]any{"done": []string{"user", "core_config", "analytics", "integration"}}
	if err := store(dir, "auth", 1, 1, auth); err != nil {
		return "", err
	}
	if err := store(dir, "onboarding", 4, 1, onboarding); err != nil {
		return "", err
	}
	return sign(key, map[string]any{"iss": session, "iat": now.Unix(), "exp": now.Add(years).Unix()}), nil
}

// store writes one file of Home Assistant's storage.
func store(dir, key string, version, minor int, data any) error {
	dir = filepath.Join(dir, ".storage")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	b, err := json.Marshal(map[string]any{"key": key, "version": version, "minor_version": minor, "data": data})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, key), b, 0o600)
}

// sign returns a JWT, as Home Assistant signs its own.
func sign(key string, claims map[string]any) string {
	part := func(v any) string {
		b, _ := json.Marshal(v) // strings and numbers: cannot fail
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(map[string]string{"alg": "HS256", "typ": "JWT"}) + "." + part(claims)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func random(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// configure writes configuration.yaml. Its own braces are Home Assistant's.
func configure(path, port string, o Options) error {
	devices, err := o.Version.read("devices-%s.yaml")
	if err != nil {
		return err
	}
	t, err := template.New("configuration.yaml").Delims("<<", ">>").Parse(configuration + devices)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = t.Execute(f, struct {
		Options
		Port string
	}{o, port})
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
