//go:build ignore

// Command zone_generate writes the files in zones from the time zone database of the
// Go installation.
package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"go/build"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type zone struct {
	name string
	data []byte
}

func main() {
	log.SetFlags(0)
	areas := map[string][]zone{}
	database, err := zip.OpenReader(filepath.Join(build.Default.GOROOT, "lib", "time", "zoneinfo.zip"))
	check(err)
	defer database.Close()
	for _, f := range database.File {
		area, _, ok := strings.Cut(f.Name, "/")
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if !ok {
			area = "other"
		}
		r, err := f.Open()
		check(err)
		data, err := io.ReadAll(r)
		check(err)
		areas[area] = append(areas[area], zone{f.Name, data})
	}
	check(os.RemoveAll("zones"))
	check(os.Mkdir("zones", 0o755))
	for area, all := range areas {
		// Zones with the same clock are neighbours, so that one of them takes no space.
		slices.SortFunc(all, func(a, b zone) int {
			return cmp.Or(bytes.Compare(a.data, b.data), strings.Compare(a.name, b.name))
		})
		var text, out bytes.Buffer
		for _, z := range all {
			text.Write(binary.AppendUvarint(nil, uint64(len(z.name))))
			text.WriteString(z.name)
			text.Write(binary.AppendUvarint(nil, uint64(len(z.data))))
			text.Write(z.data)
		}
		w, err := flate.NewWriter(&out, flate.BestCompression)
		check(err)
		_, err = text.WriteTo(w)
		check(err)
		check(w.Close())
		check(os.WriteFile(filepath.Join("zones", area+".deflate"), out.Bytes(), 0o644))
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
