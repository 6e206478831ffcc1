package homestate

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// RoomsTemplate is what Home Assistant renders for [Home.Rooms]: a line for each entity
// that is in an area, with a tab between the two names.
const RoomsTemplate = "{% for s in states %}{% set a = area_name(s.entity_id) %}{% if a %}{{ s.entity_id }}\t{{ a }}\n{% endif %}{% endfor %}"

// Rooms asks a home for the areas of its entities, by entity id. It is empty for a home
// that does not say them, such as to a token without the rights of an administrator.
func (h Home) Rooms(ctx context.Context) map[string]string {
	const most, atMost = 4 << 20, 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	rooms := map[string]string{}
	body, _ := json.Marshal(map[string]string{"template": RoomsTemplate}) // text: cannot fail
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL+"/api/template", strings.NewReader(string(body)))
	if err != nil {
		return rooms
	}
	h.authorize(q)
	q.Header.Set("Content-Type", "application/json")
	res, err := cmp.Or(h.Client, http.DefaultClient).Do(q)
	if err != nil {
		return rooms
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil || res.StatusCode != http.StatusOK {
		return rooms
	}
	for line := range strings.Lines(string(b)) {
		if id, room, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			rooms[id] = room
		}
	}
	return rooms
}
