package fakesmapi

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A consent is what a code stands for.
type consent struct{ redirect, challenge string }

const scopes = "alexa::ask:skills:readwrite alexa::ask:models:readwrite"

// authorize is the page on which the developer consents, which they do at once.
func (s *Service) authorize(c *call) answer {
	q := c.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	allowed := err == nil && back.Scheme == "http" && back.Hostname() == "127.0.0.1"
	if s.options.ReturnURLs != nil {
		allowed = slices.Contains(s.options.ReturnURLs, q.Get("redirect_uri"))
	}
	switch {
	case q.Get("client_id") != ClientID:
		return page("Unknown client id")
	case !allowed:
		return page("The redirect URI you provided has not been whitelisted for your application")
	case q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "":
		return page("Invalid request")
	}
	v := url.Values{"state": {q.Get("state")}}
	switch {
	case s.options.Deny:
		v.Set("error", "access_denied")
		v.Set("error_description", "Access not permitted.")
	case q.Get("scope") != scopes:
		v.Set("error", "invalid_scope")
		v.Set("error_description", "An unknown scope was requested")
	default:
		s.serial++
		code := fmt.Sprintf("ANcanarycode%04d", s.serial)
		s.codes[code] = consent{q.Get("redirect_uri"), q.Get("code_challenge")}
		c.secrets = append(c.secrets, code)
		v.Set("code", code)
		v.Set("scope", scopes)
	}
	back.RawQuery = v.Encode()
	return answer{status: http.StatusFound, header: map[string]string{"Location": back.String()}}
}

func page(text string) answer {
	return answer{status: http.StatusBadRequest, header: map[string]string{"Content-Type": "text/html"}, body: "<html><title>We're sorry!</title>400 Bad Request: " + text + "</html>"}
}

// token gives access tokens for codes and refresh tokens.
func (s *Service) token(c *call) answer {
	form, err := url.ParseQuery(string(c.body))
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := c.BasicAuth(); ok {
		id, secret = user, password
	}
	denied := func(status int, code, description string) answer {
		return answer{status: status, body: object{"error": code, "error_description": description}}
	}
	switch {
	case err != nil:
		return denied(http.StatusBadRequest, "invalid_request", "Malformed request")
	case id != ClientID || secret != ClientSecret:
		return denied(http.StatusUnauthorized, "invalid_client", "Client authentication failed")
	}
	refresh := form.Get("refresh_token")
	switch form.Get("grant_type") {
	case "authorization_code":
		given, ok := s.codes[form.Get("code")]
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if !ok || given.redirect != form.Get("redirect_uri") || given.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			return denied(http.StatusBadRequest, "invalid_grant", "The request has an invalid grant parameter : code")
		}
		delete(s.codes, form.Get("code"))
		refresh = s.newRefresh()
	case "refresh_token":
		if !s.refresh[refresh] {
			return denied(http.StatusBadRequest, "invalid_grant", "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.")
		}
		if s.options.Rotate {
			s.refresh[refresh] = false
			refresh = s.newRefresh()
		}
	default:
		return denied(http.StatusBadRequest, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server")
	}
	s.serial++
	access := fmt.Sprintf("Atza|canary-access-%04d", s.serial)
	s.access[access] = true
	c.secrets = append(c.secrets, access, refresh)
	return answer{status: http.StatusOK, body: object{"access_token": access, "refresh_token": refresh, "token_type": "bearer", "expires_in": 3600}}
}

func (s *Service) newRefresh() string {
	s.serial++
	token := fmt.Sprintf("Atzr|canary-refresh-%04d", s.serial)
	s.refresh[token] = true
	return token
}

// vendors returns the developer's vendors.
func (s *Service) vendors(*call) answer {
	all := []any{}
	for _, id := range s.options.Vendors {
		all = append(all, object{"id": id, "name": strings.ToLower(id), "roles": []any{"ROLE_ADMINISTRATOR"}})
	}
	return answer{status: http.StatusOK, body: object{"vendors": all}}
}
