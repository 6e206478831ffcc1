package project

import "strings"

// Flags returns the flags as a shell would be given them.
func Flags() string {
	quoted := make([]string, len(flags))
	for i, f := range flags {
		if strings.Contains(f, " ") {
			f = `"` + f + `"`
		}
		quoted[i] = f
	}
	return strings.Join(quoted, " ")
}
