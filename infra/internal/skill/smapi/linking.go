package smapi

import (
	"context"
	"net/http"
)

// The grant that Alexa requires for Smart Home skills, and how it sends the client id and
// secret with it.
const (
	AuthCode    = "AUTH_CODE"
	HTTPBasic   = "HTTP_BASIC"
	RequestBody = "REQUEST_BODY_CREDENTIALS"
)

// A Linking is the account linking of a skill. Amazon never returns its secret.
type Linking struct {
	Type             string   `json:"type"`
	AuthorizationURL string   `json:"authorizationUrl"`
	AccessTokenURL   string   `json:"accessTokenUrl"`
	ClientID         string   `json:"clientId"`
	ClientSecret     string   `json:"clientSecret,omitempty"`
	Scheme           string   `json:"accessTokenScheme"`
	Scopes           []string `json:"scopes"`
	Domains          []string `json:"domains,omitempty"` // from which the pages load more
}

type linkingRequest struct {
	Request Linking `json:"accountLinkingRequest"`
}

// Linking returns the account linking of a skill and its ETag; nil if it has none.
func (c *Client) Linking(ctx context.Context, id string) (*Linking, string, error) {
	// Amazon documents the fields both by themselves and within an object.
	var out struct {
		Linking
		Within *Linking `json:"accountLinkingResponse"`
	}
	header, err := c.do(ctx, request{doing: "reading the account linking", method: http.MethodGet, path: stagePath(id, "accountLinkingClient")}, &out)
	switch {
	case CodeOf(err) == NotFound:
		return nil, "", nil
	case err != nil:
		return nil, "", err
	case out.Within != nil:
		return out.Within, header.Get("ETag"), nil
	}
	return &out.Linking, header.Get("ETag"), nil
}

// PutLinking sets the account linking of a skill, if it still has the ETag.
func (c *Client) PutLinking(ctx context.Context, id string, l Linking, etag string) error {
	_, err := c.do(ctx, request{doing: "setting the account linking", method: http.MethodPut, path: stagePath(id, "accountLinkingClient"), body: linkingRequest{l}, match: etag}, nil)
	return err
}
