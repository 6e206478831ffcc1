package zone_test

import (
	"archive/zip"
	"go/build"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/zone"
)

// TestLoad compares every zone of the Go installation with ours, twice a year in the
// past and in the future. If Go has a newer database, run go generate.
func TestLoad(t *testing.T) {
	database, err := zip.OpenReader(filepath.Join(build.Default.GOROOT, "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Skip("the Go installation has no time zones to compare with: ", err)
	}
	defer database.Close()
	n := 0
	for _, f := range database.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		n++
		got, err := zone.Load(f.Name)
		if err != nil {
			t.Errorf("%v; run go generate", err)
			continue
		}
		want := read(t, f)
		for at := time.Date(1900, 1, 1, 12, 0, 0, 0, time.UTC); at.Year() < 2100; at = at.AddDate(0, 0, 182) {
			if g, w := at.In(got).Format(time.RFC1123Z), at.In(want).Format(time.RFC1123Z); g != w {
				t.Errorf("%s: %v is %s, want %s; run go generate", f.Name, at, g, w)
				break
			}
		}
		if got.String() != f.Name && f.Name != "UTC" {
			t.Errorf("%s is called %s", f.Name, got)
		}
	}
	if n < 500 {
		t.Errorf("only %d zones were compared", n)
	}
}

func read(t *testing.T, f *zip.File) *time.Location {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	l, err := time.LoadLocationFromTZData(f.Name, data)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLoadUnknown(t *testing.T) {
	for _, name := range []string{"Europe/Atlantis", "Atlantis", "Local", "localtime", "posixrules", "../zones/Europe", "/etc/localtime", "Europe", "Europe/", "/", "posix/Europe/Berlin"} {
		if l, err := zone.Load(name); err == nil {
			t.Errorf("%q is %v", name, l)
		}
	}
	if l, err := zone.Load(""); err != nil || l != time.UTC {
		t.Errorf("no name is %v, %v; want UTC", l, err)
	}
}

// BenchmarkLoad unpacks a zone of the largest area, and one of a usual one.
func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"America/New_York", "Europe/Berlin"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := zone.Load(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
