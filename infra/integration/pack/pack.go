// Package pack makes the zip of the integration that HACS installs.
package pack

import (
	"archive/zip"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// made is the time of every file in the zip, so that the same files give the same bytes:
// the first that a zip can have.
var made = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Write writes a zip of the files of a folder, without what Python keeps beside them.
func Write(w io.Writer, folder string) error {
	z := zip.NewWriter(w)
	files := os.DirFS(folder)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (d.Name() == "__pycache__" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case !d.Type().IsRegular() || strings.HasPrefix(d.Name(), "."):
			return nil
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: made})
		if err == nil {
			_, err = f.Write(b)
		}
		return err
	})
	if err != nil {
		return err
	}
	return z.Close()
}
