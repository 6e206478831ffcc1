package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

func (c *command) certificate() *cobra.Command {
	var stage string
	var files []string
	var offline bool
	cmd := &cobra.Command{
		Use:   "certificate",
		Short: "Store the client certificate that a proxy in front of the home asks for",
		Long: `certificate reads a client certificate and its key, in PEM, from files or from standard
input. It checks that they belong together, that the certificate has not ended, and that
the home lets a request with it in, and stores both in a SecureString of your AWS
account. The function shows the certificate to the home, and to no one else.

nginx asks for one with ssl_verify_client, Caddy with client_auth, and Cloudflare with API
Shield's mutual TLS.`,
		Example: `  hearthgate certificate --file client.pem --file client-key.pem
  hearthgate certificate --stage prod/cabin --file both.pem
  pass show gate | hearthgate certificate --stage prod`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			s, account, err := c.deployedHome(ctx, stage)
			if err != nil {
				return err
			}
			if s.HasRelay() {
				return fmt.Errorf("%s has a relay, over which Home Assistant connects by itself: `hearthgate pair --stage %[1]s` gives it a certificate of its own", s.FullName())
			}
			own, err := c.readCertificate(ctx, files)
			if err != nil {
				return err
			}
			if !offline {
				c.progress("asking " + s.URL + " whether it lets a request with it in")
				with := s
				with.ClientCertificate = false // this one, not the one that is stored
				home, err := setup.StoredHome(ctx, with, account)
				if err != nil {
					return err
				}
				home.Certificate = &own.TLS
				if err := home.Reach(ctx); err != nil {
					return err
				}
			}
			stored, err := setup.StoreCertificate(ctx, s, account, own)
			if err != nil {
				return err
			}
			c.show(stored)
			return nil
		},
	}
	homeFlag(cmd, &stage)
	cmd.Flags().StringArrayVar(&files, "file", nil, "a `file` with the certificate, its key, or both; may be given more than once")
	cmd.Flags().BoolVar(&offline, "offline", false, "do not check that the home lets a request with it in")
	return cmd
}

// readCertificate reads certificate and key from files, else from standard input.
func (c *command) readCertificate(ctx context.Context, files []string) (own setup.ClientCertificate, err error) {
	var text string
	for _, file := range files {
		one, err := readFile("certificate", file)
		if err != nil {
			return own, err
		}
		text += one + "\n"
	}
	if files == nil {
		p := c.prompt()
		if p.Interactive() {
			return own, errors.New("there is nothing to read: name the files with --file client.pem --file client-key.pem, or give both on standard input")
		}
		b, err := p.All(ctx, mostInput)
		if err != nil {
			return own, fmt.Errorf("the certificate cannot be read: %w", err)
		}
		text = string(b)
	}
	return setup.ParseClientCertificate(text)
}
