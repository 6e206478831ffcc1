package wire_test

import (
	"slices"
	"testing"

	"github.com/hearthgate/hearthgate/config/wire"
)

func TestParseTrail(t *testing.T) {
	line := `{"message":"Alexa.PowerController.TurnOn","success":false,"trail":[` +
		`{"message":"http_client_operation_make_request","duration":0.146,"success":false,"cause":"refused","cache_hit":false},` +
		`{"message":"lambda_operation_handle_alexa","duration":0.3,"success":true,"cache_hit":true}]}`
	want := []wire.Hop{{Operation: "http_client.make_request", Took: 0.146, Cause: "refused"}, {Operation: "lambda.handle_alexa", Took: 0.3, OK: true, CacheHit: true}}
	if got := wire.ParseTrail([]byte(line)); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, line := range []string{``, `START`, `{"trail":7}`, `{}`} {
		if got := wire.ParseTrail([]byte(line)); got != nil {
			t.Errorf("%s: %+v", line, got)
		}
	}
}
