package porting_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocsCode checks the types of every Go block of the pages in docs. A block that isn't a
// whole program is either declarations or the body of a function that has the pages' usual
// variables and returns an error.
func TestDocsCode(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles the packages that the pages use")
	}
	fset := token.NewFileSet()
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", compiledPackages(t))}
	for _, page := range docsPages(t) {
		for n, block := range goBlocks(docsPage(t, page)) {
			name := fmt.Sprintf("%s, block %d", page, n+1)
			file, err := parser.ParseFile(fset, name, asFile(block), parser.SkipObjectResolution)
			if assert.NoError(t, err) {
				_, err = config.Check("blocks", fset, []*ast.File{file}, nil)
				assert.NoError(t, err, block)
			}
		}
	}
}

// compiledPackages has the go command compile the usual imports and all that they import, and
// returns what finds the results.
func compiledPackages(t *testing.T) importer.Lookup {
	t.Helper()
	list := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, usualImports...)
	output, err := exec.CommandContext(t.Context(), "go", list...).Output()
	require.NoError(t, err)
	files := map[string]string{}
	for line := range strings.Lines(string(output)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
}

// TestDocsLinks checks that each page of docs is listed in its README, and that what the
// pages link to is there.
func TestDocsLinks(t *testing.T) {
	t.Parallel()
	list := docsPage(t, "README.md")
	for _, page := range docsPages(t) {
		if page != "README.md" {
			assert.Contains(t, list, "("+page+")")
		}
		for _, match := range regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`).FindAllStringSubmatch(withoutBlocks(docsPage(t, page)), -1) {
			if !strings.Contains(match[1], "://") {
				_, err := os.Stat(filepath.Join("docs", match[1]))
				assert.NoError(t, err, page)
			}
		}
	}
}

func docsPages(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	pages := make([]string, 0, len(paths))
	for _, path := range paths {
		pages = append(pages, filepath.Base(path))
	}
	return pages
}

func docsPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("docs", name))
	require.NoError(t, err)
	return string(text)
}

// goBlocks returns the Go blocks of a page.
func goBlocks(page string) []string {
	var blocks []string
	for _, match := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

// withoutBlocks returns a page without its blocks of code.
func withoutBlocks(page string) string {
	return regexp.MustCompile("(?s)```.*?```").ReplaceAllString(page, "")
}

// asFile makes a Go file of a block.
func asFile(block string) string {
	if strings.HasPrefix(block, "package ") {
		return block
	}
	code := block
	if !regexp.MustCompile(`(?m)^(func|type|var) `).MatchString(block) {
		code = "func _(" + usualVariables + ") error {\n{\n" + block + "}\nreturn nil\n}\n"
	}
	var b strings.Builder
	b.WriteString("package blocks\n\nimport (\n")
	for _, path := range usualImports {
		if regexp.MustCompile(`\b` + filepath.Base(path) + `\.[A-Z]`).MatchString(code) {
			fmt.Fprintf(&b, "\t%q\n", path)
		}
	}
	b.WriteString(")\n\n" + code)
	return b.String()
}

// usualVariables are what a block that isn't a whole program can use.
const usualVariables = `ctx context.Context, client *porting.Client, sandbox *portingtest.Server,
	draftID porting.DraftID, portRequestID porting.PortRequestID, subRequestID porting.SubRequestID,
	sub *porting.SubRequest, numbers []string, err error`

// usualImports are the packages that a block can use.
var usualImports = []string{
	"context", "encoding/csv", "encoding/json", "errors", "fmt", "io", "iter", "log", "log/slog", "maps", "net/http", "os",
	"slices", "strings", "testing", "time",
	"github.com/numberporting/porting",
	"github.com/numberporting/porting/portingtest",
	"github.com/numberporting/porting/workflow/archive",
	"github.com/numberporting/porting/workflow/bulk",
	"github.com/numberporting/porting/workflow/drafts",
	"github.com/numberporting/porting/workflow/exceptions",
	"github.com/numberporting/porting/workflow/export",
	"github.com/numberporting/porting/workflow/foc",
	"github.com/numberporting/porting/workflow/intake",
	"github.com/numberporting/porting/workflow/report",
	"github.com/numberporting/porting/workflow/watch",
	"github.com/numberporting/porting/workflow/intake/enduser",
}
