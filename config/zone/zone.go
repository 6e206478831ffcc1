// Package zone has the world's time zones, for machines without a database of them, as
// Lambda is. It holds what [time/tzdata] does in an eighth of the space, which a cold
// start reads, and means the same on every machine.
package zone

import (
	"compress/flate"
	"embed"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"
)

//go:generate go run zone_generate.go

// zones has a compressed file for each area: Europe, America and so on.
//
//go:embed zones
var zones embed.FS

// Load returns the time zone of that name, such as Europe/Berlin; UTC for "". A name
// that is unknown, or that means another zone on each machine, is an error.
func Load(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}
	all, err := read(file(name))
	if err != nil {
		return nil, fmt.Errorf("there is no time zone %q", name)
	}
	for len(all) > 0 {
		var zone, data []byte
		zone, all = next(all)
		data, all = next(all)
		if string(zone) == name {
			return time.LoadLocationFromTZData(name, data)
		}
	}
	return nil, fmt.Errorf("there is no time zone %q", name)
}

// file returns where a zone is: in the file of its area.
func file(name string) string {
	area, _, ok := strings.Cut(name, "/")
	if !ok {
		area = "other"
	}
	return "zones/" + area + ".deflate"
}

// read returns the names and the data of an area's zones in turn, as next reads them.
func read(file string) ([]byte, error) {
	f, err := zones.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(flate.NewReader(f))
}

// next returns the first part of b, which has its length in front, and the rest.
func next(b []byte) (part, rest []byte) {
	length, n := binary.Uvarint(b)
	b = b[n:]
	return b[:length], b[length:]
}
