//go:build !linux

package e2e_test

import (
	"errors"
	"testing"
)

func fullDisk(*testing.T, string) error { return errors.New("a small disk is made on Linux only") }

func readOnlyDisk(*testing.T, string) error { return errors.New("a small disk is made on Linux only") }
