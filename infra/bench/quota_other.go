//go:build !linux

package bench

import "errors"

type quota struct{}

func newQuota(float64) (*quota, error) { return nil, errors.New("only Linux has control groups") }

func (*quota) add(int) error { return nil }

func (*quota) remove() {}
