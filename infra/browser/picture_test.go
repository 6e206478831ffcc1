package browser_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/testkit/chromium"
)

var update = flag.Bool("update", false, "write the README's picture of the dashboards and the structure of the page again")

// TestPicture plays an outage and takes the README's picture of the alarms, the numbers and
// the graphs. Without -update it checks that the page has what the picture was taken of,
// that the picture is whole and small, and that the README shows it.
func TestPicture(t *testing.T) {
	const picture, most, width = "infra/docs/dashboards.png", 150_000, 900
	p := open(t, nil)
	turns := 1
	say := func(sentence string) {
		p.says(sentence)
		turns++
		p.Wait(fmt.Sprintf(`document.querySelectorAll("#turns li.turn").length >= %d`, turns))
		time.Sleep(1100 * time.Millisecond) // a minute of the graphs
	}
	network := func(on string) {
		p.Click("#fault-network")
		p.Wait(`document.querySelector("#fault-network").getAttribute("aria-checked") === "` + on + `"`)
	}
	for _, s := range []string{"turn on kitchen light", "set kitchen light to 40 percent", "is the front door locked?"} {
		say(s)
	}
	network("true")
	for range 6 {
		say("turn off kitchen light")
	}
	p.Sees("#alarm-failures.ALARM", "ALARM")
	p.Resize(width, false)
	p.Run(`document.querySelectorAll("header, main > section:not(#monitoring)").forEach(e => e.hidden = true)`)
	if n := chromium.Eval[int](p.Browser, `document.querySelectorAll("#monitoring figure").length`); n < 6 {
		t.Errorf("the page has %d graphs", n)
	}
	file := filepath.Join(root(t), picture)
	if *update {
		high := chromium.Eval[int](p.Browser, `Math.floor(scrollY + [...document.querySelectorAll("#monitoring h3")].find(h => h.innerText === "Tables").getBoundingClientRect().top)`)
		if err := os.WriteFile(file, cut(t, p.Picture(), high), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	taken, err := png.Decode(bytes.NewReader(b))
	if err != nil || taken.Bounds().Dx() != width || len(b) > most {
		t.Errorf("%s: %v, %d bytes; it must be %d wide and at most %d bytes: take it again with -update", picture, err, len(b), width, most)
	}
	readme, err := os.ReadFile(filepath.Join(root(t), "README.md"))
	if err != nil || !strings.Contains(string(readme), "]("+picture+")") {
		t.Errorf("the README does not show %s: %v", picture, err)
	}
}

// cut returns the upper part of a picture, so many pixels high.
func cut(t *testing.T, picture []byte, high int) []byte {
	t.Helper()
	all, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	part := all.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(0, 0, all.Bounds().Dx(), high))
	part = paletted(part)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, part); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// paletted returns a picture with its 256 most frequent colors, which is a third as large.
func paletted(from image.Image) image.Image {
	often := map[color.Color]int{}
	box := from.Bounds()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			often[from.At(x, y)]++
		}
	}
	colors := slices.SortedFunc(maps.Keys(often), func(a, b color.Color) int {
		return cmp.Or(often[b]-often[a], cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	const most = 256
	to := image.NewPaletted(box, colors[:min(most, len(colors))])
	draw.Draw(to, box, from, box.Min, draw.Src)
	return to
}
