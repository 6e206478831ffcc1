package setup

import (
	"errors"
	"fmt"
	"strings"
)

// CleanToken returns a long-lived token without the blanks and quotation marks that
// come along when it is copied. The error says what is wrong and never contains the
// token.
func CleanToken(text string) (string, error) {
	token := strings.Trim(strings.TrimSpace(text), `"'`)
	token = strings.TrimSpace(strings.TrimPrefix(token, "Bearer "))
	switch {
	case token == "":
		return "", errors.New("no token was given: paste the long-lived token that Home Assistant shows once, when you create it")
	case strings.ContainsAny(token, " \t\r\n"):
		return "", errors.New("the token has blanks or line breaks in it: copy it again, all of it and nothing else")
	case len(token) > 4096:
		return "", fmt.Errorf("the token is %d characters long, more than a parameter can hold: copy it again", len(token))
	}
	for _, r := range token {
		if r < '!' || r > '~' {
			return "", errors.New("the token has characters that a token cannot have: copy it again")
		}
	}
	return token, nil
}
