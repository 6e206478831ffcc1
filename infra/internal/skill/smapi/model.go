package smapi

import (
	"context"
	"net/http"
	"net/url"
)

// A Model is the interaction model of a custom skill in one locale, as Amazon has it.
type Model map[string]any

// Model returns the model of a locale and its ETag; nil if there is none.
func (c *Client) Model(ctx context.Context, id, locale string) (Model, string, error) {
	var out struct {
		Model Model `json:"interactionModel"`
	}
	header, err := c.do(ctx, request{doing: "reading the interaction model for " + locale, method: http.MethodGet, path: modelPath(id, locale)}, &out)
	if CodeOf(err) == NotFound {
		return nil, "", nil
	}
	return out.Model, header.Get("ETag"), err
}

// PutModel starts a change of the model of a locale, if it still has the ETag.
// [Client.Await] waits until Amazon has built it.
func (c *Client) PutModel(ctx context.Context, id, locale string, m Model, etag string) error {
	body := map[string]Model{"interactionModel": m}
	_, err := c.do(ctx, request{doing: "setting the interaction model for " + locale, method: http.MethodPut, path: modelPath(id, locale), body: body, match: etag}, nil)
	return err
}

func modelPath(id, locale string) string {
	return stagePath(id, "interactionModel/locales/"+url.PathEscape(locale))
}
