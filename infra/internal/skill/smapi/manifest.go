package smapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// A Manifest describes a skill. It is kept as Amazon has it, so that what someone changed
// in the console survives a change of ours.
type Manifest map[string]any

// At returns the value at a path such as "apis.smartHome.endpoint.uri"; nil for none.
func (m Manifest) At(path string) any {
	var v any = map[string]any(m)
	for name := range strings.SplitSeq(path, ".") {
		object, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = object[name]
	}
	return v
}

// Text returns the text at a path, "" for none.
func (m Manifest) Text(path string) string {
	s, _ := m.At(path).(string)
	return s
}

// Set sets the value at a path, and creates the objects on the way.
func (m Manifest) Set(path string, value any) {
	names := strings.Split(path, ".")
	object := map[string]any(m)
	for _, name := range names[:len(names)-1] {
		next, ok := object[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			object[name] = next
		}
		object = next
	}
	object[names[len(names)-1]] = value
}

// Delete deletes the value at a path.
func (m Manifest) Delete(path string) {
	i := strings.LastIndex(path, ".")
	if object, ok := m.At(path[:max(i, 0)]).(map[string]any); ok {
		delete(object, path[i+1:])
	}
}

// Clone returns a copy that shares nothing.
func (m Manifest) Clone() Manifest {
	b, _ := json.Marshal(m) // made of JSON: cannot fail
	var n Manifest
	_ = json.Unmarshal(b, &n)
	return n
}

// Manifest returns the manifest of a skill and its ETag.
func (c *Client) Manifest(ctx context.Context, id string) (Manifest, string, error) {
	var out struct {
		Manifest Manifest `json:"manifest"`
	}
	header, err := c.do(ctx, request{doing: "reading the skill " + id, method: http.MethodGet, path: stagePath(id, "manifest")}, &out)
	if err == nil && out.Manifest == nil {
		err = fail(Unreadable, "Amazon's answer for the skill %s has no manifest: run it again", id)
	}
	return out.Manifest, header.Get("ETag"), err
}

// PutManifest starts a change of a skill's manifest, if it still has the ETag.
// [Client.Await] waits until it is made.
func (c *Client) PutManifest(ctx context.Context, id string, m Manifest, etag string) error {
	body := map[string]Manifest{"manifest": m}
	_, err := c.do(ctx, request{doing: "changing the skill " + id, method: http.MethodPut, path: stagePath(id, "manifest"), body: body, match: etag}, nil)
	return err
}
