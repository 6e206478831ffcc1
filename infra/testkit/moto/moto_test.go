package moto_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/testkit/moto"
)

func TestParameters(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	s := moto.Start(t, root)
	s.PutString("/a/url", "http://home.test")
	s.PutSecureString("/a/token", "old")
	s.PutSecureString("/a/token", "new")

	tests := []struct {
		name    string
		decrypt bool
		want    string
	}{
		{"/a/url", false, "http://home.test"},
		{"/a/token", true, "new"},
		{"/a/token", false, "kms:alias/aws/ssm:new"},
	}
	for _, test := range tests {
		out, err := s.Client().GetParameter(t.Context(), &ssm.GetParameterInput{Name: &test.name, WithDecryption: aws.Bool(test.decrypt)})
		if err != nil {
			t.Fatal(err)
		}
		if got := *out.Parameter.Value; got != test.want {
			t.Errorf("%s with decryption %v: %q, want %q", test.name, test.decrypt, got, test.want)
		}
	}
}
