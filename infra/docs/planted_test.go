package docs_test

import (
	"strings"
	"testing"
)

// TestPlantedWords checks that documents which do not explain their words are found.
func TestPlantedWords(t *testing.T) {
	const explained = "It runs at AWS (Amazon's cloud) and needs a [token](infra/docs/words.md#token).\n"
	far := strings.Repeat("It is a long way. ", 10)
	for _, tt := range []struct {
		name, document string
		want           string // of the problem; "" for none
	}{
		{"explained", explained, ""},
		{"in code only", "Run `hearthgate token` at home.\n\n    hearthgate skill\n", ""},
		{"part of a link", "Create a [long-lived token](infra/docs/words.md#token).", ""},
		{"part of another word", "The stagecoach and the skillet.", ""},
		{"not linked", "It needs a token.", `token comes first in "It needs a token."`},
		{"linked too late", "It needs a token.\n\nA [token](infra/docs/words.md#token) is a key.", "token comes first in"},
		{"linked to another place", "It needs a [token](infra/docs/words.md#skill).", `linked to "infra/docs/words.md#skill"`},
		{"linked beside it", "It needs a token ([what is that?](infra/docs/words.md#token)).", "token comes first in"},
		{"in a heading", "## The token\n\nA [token](infra/docs/words.md#token).", "token comes first in"},
		{"in a table", "| a | token |\n|---|---|\n", "token comes first in"},
		{"in the text of a picture", "![a token](infra/docs/words.md#token)", "token comes first in"},
		{"not explained", "It runs at AWS.", "AWS comes first in"},
		{"explained in the next line", "It runs at AWS.\nThat is Amazon's cloud.", "AWS comes first in"},
		{"explained far away", "It runs at AWS. " + far + "Amazon's cloud is where that is.", "AWS comes first in"},
		{"capitalized", "Tokens are keys.", "token comes first in"},
		{"an abbreviation", explained + "Use the ACME.", "ACME is not in the list of words"},
		{"an abbreviation in the plural", explained + "Use ACMEs.", "ACMEs is not in the list"},
		{"with a digit", explained + "Use S3A.", "S3A is not in the list"},
		{"a name with capitals inside", explained + "Use EventBridge and iCloud.", "EventBridge is not in the list"},
		{"that begins with a small letter", explained + "Use iCloud.", "iCloud is not in the list"},
		{"an abbreviation in code", explained + "Set `ACME` to 1.", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(unexplained(tt.document, list(t)), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
