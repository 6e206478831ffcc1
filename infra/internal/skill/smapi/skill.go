package smapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
)

// A Vendor is a developer account to which skills belong.
type Vendor struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"` // that the login has in it
}

// Vendors returns the vendors whose skills the login may manage.
func (c *Client) Vendors(ctx context.Context) ([]Vendor, error) {
	var out struct {
		Vendors []Vendor `json:"vendors"`
	}
	_, err := c.do(ctx, request{doing: "reading your vendor id", method: http.MethodGet, path: "/v1/vendors"}, &out)
	return out.Vendors, err
}

// The kinds of a skill, as its summary and its manifest call them.
const (
	SmartHome = "smartHome"
	Custom    = "custom"
)

// Development is the stage of a skill that is not published, which ours never are.
const Development = "development"

// A Summary is a skill in the list of a vendor.
type Summary struct {
	ID    string            `json:"skillId"`
	Stage string            `json:"stage"`
	APIs  []string          `json:"apis"`         // kinds
	Names map[string]string `json:"nameByLocale"` // by locale
}

// Is reports whether the skill is of a kind.
func (s Summary) Is(kind string) bool { return slices.Contains(s.APIs, kind) }

// Skills returns the skills of the login's vendor in the stage [Development].
func (c *Client) Skills(ctx context.Context) ([]Summary, error) {
	var all []Summary
	query := url.Values{"vendorId": {c.Login().VendorID}, "maxResults": {"50"}}
	for {
		var page struct {
			Skills    []Summary `json:"skills"`
			Truncated bool      `json:"isTruncated"`
			Next      string    `json:"nextToken"`
		}
		if _, err := c.do(ctx, request{doing: "listing your skills", method: http.MethodGet, path: "/v1/skills", query: query}, &page); err != nil {
			return nil, err
		}
		for _, s := range page.Skills {
			if s.Stage == Development {
				all = append(all, s)
			}
		}
		if !page.Truncated || page.Next == "" {
			return all, nil
		}
		query.Set("nextToken", page.Next)
	}
}

// Create starts the creation of a skill and returns its id. [Client.Await] waits until
// Amazon has made it. A failure may leave a skill behind: look for it with
// [Client.Skills] before another is created.
func (c *Client) Create(ctx context.Context, m Manifest) (string, error) {
	body := struct {
		Vendor   string   `json:"vendorId"`
		Manifest Manifest `json:"manifest"`
	}{c.Login().VendorID, m}
	var out struct {
		ID string `json:"skillId"`
	}
	if _, err := c.do(ctx, request{doing: "creating the skill", method: http.MethodPost, path: "/v1/skills", body: body, once: true}, &out); err != nil {
		return "", err
	}
	if out.ID == "" {
		return "", fail(Unreadable, "Amazon's answer to the creation of the skill has no skill id: run it again, which looks for the skill first")
	}
	return out.ID, nil
}

// Delete deletes a skill and reports whether it existed.
func (c *Client) Delete(ctx context.Context, id string) (bool, error) {
	_, err := c.do(ctx, request{doing: "deleting the skill " + id, method: http.MethodDelete, path: "/v1/skills/" + url.PathEscape(id)}, nil)
	if CodeOf(err) == NotFound {
		return false, nil
	}
	return err == nil, err
}

// Credentials are the client id and secret by which Home Assistant gets tokens for
// sending events. They print without the secret.
type Credentials struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

func (c Credentials) String() string   { return c.ClientID }
func (c Credentials) GoString() string { return c.ClientID }

// Credentials returns the credentials of a skill. They exist once the skill has the
// permission for events.
func (c *Client) Credentials(ctx context.Context, id string) (Credentials, error) {
	var out struct {
		Messaging Credentials `json:"skillMessagingCredentials"`
	}
	_, err := c.do(ctx, request{doing: "reading the credentials for events", method: http.MethodGet, path: "/v1/skills/" + url.PathEscape(id) + "/credentials"}, &out)
	return out.Messaging, err
}

// Enabled reports whether the developer has enabled the skill for themselves.
func (c *Client) Enabled(ctx context.Context, id string) (bool, error) {
	_, err := c.do(ctx, request{doing: "checking whether the skill is enabled", method: http.MethodGet, path: stagePath(id, "enablement")}, nil)
	if CodeOf(err) == NotFound {
		return false, nil
	}
	return err == nil, err
}

// Enable enables the skill for the developer. Amazon documents it for custom skills and
// may refuse it for others, which are enabled in the Alexa app.
func (c *Client) Enable(ctx context.Context, id string) error {
	_, err := c.do(ctx, request{doing: "enabling the skill", method: http.MethodPut, path: stagePath(id, "enablement")}, nil)
	return err
}

// stagePath returns the path of a resource of a skill in the stage [Development].
func stagePath(id, resource string) string {
	return "/v1/skills/" + url.PathEscape(id) + "/stages/" + Development + "/" + resource
}
