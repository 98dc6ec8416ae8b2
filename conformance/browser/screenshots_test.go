package browser

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/workflow/report"
)

// TestScreenshots takes the pictures of the documentation, and writes them with -screenshots.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	ports, now := sample(t)
	o := &report.Options{Title: "Ports of Example Telecom", Now: func() time.Time { return now }, Location: time.UTC}
	for name, as := range map[string]look{
		"report-light": {width: 1280, height: 2300},
		"report-dark":  {width: 1280, height: 2300, dark: true},
		"report-phone": {width: 390, height: 1500, phone: true},
		"report-print": {width: 794, height: 1123},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := show(t, as, ports, o)
			if name == "report-print" {
				do(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
				eval[any](b, `document.body.style.padding = '2rem'`) // as paper has a margin
			}
			shot := do(b, page.CaptureScreenshot, page.CaptureScreenshotParams{})
			picture := small(t, shot.Data)
			assert.Less(t, len(picture), 200_000)
			if *screenshots != "" {
				require.NoError(t, os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o644))
			}
		})
	}
}

// small makes a picture of the 256 colours that are most frequent in it.
func small(t *testing.T, data []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	counts := map[color.RGBA]int{}
	for y := range full.Bounds().Dy() {
		for x := range full.Bounds().Dx() {
			counts[color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	var frequent []color.RGBA
	for c := range counts {
		frequent = append(frequent, c)
	}
	slices.SortFunc(frequent, func(a, b color.RGBA) int {
		return cmp.Or(counts[b]-counts[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var palette color.Palette
	for _, c := range frequent[:min(len(frequent), 256)] {
		palette = append(palette, c)
	}
	picture := image.NewPaletted(full.Bounds(), palette)
	draw.Draw(picture, full.Bounds(), full, image.Point{}, draw.Src)
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	require.NoError(t, encoder.Encode(&b, picture))
	return b.Bytes()
}
