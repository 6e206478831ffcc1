package utility

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config/zone"
)

// A TimestampInput is the input of [Timestamp].
type TimestampInput struct {
	Format string     `json:"format,omitempty" doc:"iso (the default), unix (whole seconds) or unix_ms (whole milliseconds)"`
	Zone   string     `json:"zone,omitempty" doc:"of an iso timestamp, such as Europe/Berlin; default: UTC"`
	At     *time.Time `json:"at,omitempty" doc:"the time, such as 2026-01-31T08:00:00+01:00; default: now"`
}

// Check rejects an unknown format, an unknown zone and a year after 9999.
func (in TimestampInput) Check() error {
	switch in.Format {
	case "", "iso", "unix", "unix_ms":
	default:
		return fmt.Errorf("field format is %.40q; expected iso, unix or unix_ms", in.Format)
	}
	if _, err := zone.Load(in.Zone); err != nil {
		return fmt.Errorf("field zone is %.60q, an unknown time zone; expected one such as Europe/Berlin", in.Zone)
	}
	if in.At != nil && in.At.Year() > 9999 {
		return errors.New("field at is after the year 9999")
	}
	return nil
}

// A Time is the output of [Timestamp].
type Time struct {
	Timestamp any    `json:"timestamp" doc:"a string in format iso, else a number"`
	Format    string `json:"format" doc:"iso, unix or unix_ms"`
	Unit      string `json:"unit,omitempty" doc:"of the number: s or ms, since 1970"`
}

func timestamp(_ context.Context, in TimestampInput) (Time, error) {
	at := time.Now()
	if in.At != nil {
		at = *in.At
	}
	switch in.Format {
	case "unix":
		return Time{at.Unix(), in.Format, "s"}, nil
	case "unix_ms":
		return Time{at.UnixMilli(), in.Format, "ms"}, nil
	}
	location, err := zone.Load(in.Zone)
	if err != nil {
		return Time{}, err
	}
	return Time{Timestamp: at.In(location).Format("2006-01-02T15:04:05.000Z07:00"), Format: "iso"}, nil
}
