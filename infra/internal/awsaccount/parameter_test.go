package awsaccount_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/fakeaws"
	"github.com/hearthgate/hearthgate/infra/testkit/moto"
)

// TestParametersBelow lists more parameters than a page has, in our stand-in and in moto.
func TestParametersBelow(t *testing.T) {
	list := func(t *testing.T, env []string) {
		for _, variable := range env {
			name, value, _ := strings.Cut(variable, "=")
			t.Setenv(name, value)
		}
		a, err := awsaccount.Open(t.Context(), moto.Region)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for i := range 13 {
			want = append(want, fmt.Sprintf("/hearthgate/dev/homes/h%02d/token", i))
		}
		want = append(want, "/hearthgate/dev/token")
		for _, name := range append([]string{"/hearthgate/dev2/token", "/hearthgate/cabin/token"}, want...) {
			if _, err := a.PutSecret(t.Context(), name, "secret", "", "dev"); err != nil {
				t.Fatal(err)
			}
		}
		got, err := a.ParametersBelow(t.Context(), "/hearthgate/dev/")
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
		for _, name := range want {
			if gone, err := a.DeleteParameter(t.Context(), name); !gone || err != nil {
				t.Errorf("deleting %s: %v, %v", name, gone, err)
			}
		}
		if got, err := a.ParametersBelow(t.Context(), "/hearthgate/dev/"); len(got) > 0 || err != nil {
			t.Errorf("got %q, %v after all are deleted", got, err)
		}
	}
	t.Run("our stand-in", func(t *testing.T) {
		c := fakeaws.Start(fakeaws.Options{})
		defer c.Close()
		list(t, c.Environment())
	})
	t.Run("moto", func(t *testing.T) {
		root, err := project.Root()
		if err != nil {
			t.Fatal(err)
		}
		list(t, moto.Start(t, root).Env())
	})
}
