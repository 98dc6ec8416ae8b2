package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestDescribe(t *testing.T) {
	t.Parallel()

	const source = `package p
const Max int = 3
var Unset string
type Kind string
type inner struct{ Deep bool }
func (inner) Promoted() {}
type Box[T any] struct { inner; Item T; hidden int }
func (b *Box[T]) Put(item T, more ...string) (int, error) { return 0, nil }
type Doer interface{ Do(times int, each func(n int) (err error)) (done bool) }
type Hook func(name string, next func(left, right int)) <-chan int
type Number interface{ ~int | ~int64 }
type Old = Kind
func Map[K comparable](key K) []K { return nil }
func hidden() {}
`

	files := token.NewFileSet()

	file, err := parser.ParseFile(files, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}

	pkg, err := new(types.Config).Check("p", files, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}

	got := describe(pkg)
	slices.Sort(got)

	want := []string{
		"p.Box.Deep: field bool",
		"p.Box.Item: field T",
		"p.Box.Promoted: method (Box)()",
		"p.Box.Put: method (*Box)(T, ...string) (int, error)",
		"p.Box: type[T any] struct",
		"p.Doer: type interface{Do(int, func(int) error) bool}",
		"p.Hook: type func(string, func(int, int)) <-chan int",
		"p.Kind: type string",
		"p.Map: func[K comparable](K) []K",
		"p.Max: const int = 3",
		"p.Number: type interface{~int | ~int64}",
		"p.Old: type = Kind",
		"p.Unset: var string",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%q\nwant:\n%q", got, want)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()

	recorded := []string{"p.F: func()", "p.T.M: method (T)()", "p.T: type struct"}
	log := func(section, text string) string {
		return "## [Unreleased]\n\n### " + section + "\n\n- " + text + "\n\n## [0.1.0]\n\n### Removed\n\n- `p.F`\n"
	}

	for name, test := range map[string]struct {
		now                 []string
		changelog           string
		unnamed, unrecorded []string
	}{
		"same":    {now: recorded},
		"added":   {now: append(slices.Clone(recorded), "p.G: func()"), unrecorded: []string{"+ p.G: func()"}},
		"removed": {recorded[1:], "", []string{"- p.F: func()"}, []string{"- p.F: func()"}},
		"changed": {
			append([]string{"p.F: func(int)"}, recorded[1:]...), "",
			[]string{"- p.F: func()"}, []string{"- p.F: func()", "+ p.F: func(int)"},
		},
		"named":                     {recorded[1:], log("Removed", "`p.F`: use `p.G`."), nil, []string{"- p.F: func()"}},
		"named as changed":          {recorded[1:], log("Changed", "`p.F`"), nil, []string{"- p.F: func()"}},
		"named as added":            {recorded[1:], log("Added", "`p.F`"), []string{"- p.F: func()"}, []string{"- p.F: func()"}},
		"named in a release only":   {recorded[1:], log("Removed", "x"), []string{"- p.F: func()"}, []string{"- p.F: func()"}},
		"another name begins so":    {recorded[1:], log("Removed", "`p.Fx`"), []string{"- p.F: func()"}, []string{"- p.F: func()"}},
		"the type stands for all":   {recorded[:1], log("Removed", "`p.T`"), nil, []string{"- p.T.M: method (T)()", "- p.T: type struct"}},
		"the type that stays isn't": {[]string{recorded[0], recorded[2]}, log("Changed", "`p.T`"), []string{"- p.T.M: method (T)()"}, []string{"- p.T.M: method (T)()"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			unnamed, unrecorded := compare(recorded, test.now, test.changelog)
			if !slices.Equal(unnamed, test.unnamed) {
				t.Errorf("unnamed: got %q, want %q", unnamed, test.unnamed)
			}

			if !slices.Equal(unrecorded, test.unrecorded) {
				t.Errorf("unrecorded: got %q, want %q", unrecorded, test.unrecorded)
			}
		})
	}
}

// TestBreak breaks one exported name of a small repository and names it in the changelog.
func TestBreak(t *testing.T) {
	t.Parallel()

	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()

		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fails := func(writes bool, want string) {
		t.Helper()

		got := ""
		if err := run(root, writes); err != nil {
			got = err.Error()
		}

		if got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	}

	write("go.mod", "module example.com/porting\n\ngo 1.26\n")
	write("porting.go", "package porting\n\nfunc Check(number string) error { return nil }\n")
	write("api/api.go", "package main\n\nfunc main() {}\n")
	write("CHANGELOG.md", "## [Unreleased]\n\n### Added\n\n- `porting.Check`\n")
	for _, name := range modules[1:] {
		write(name+"/go.mod", "module example.com/porting/"+name+"\n\ngo 1.26\n")
		write(name+"/"+name+".go", "package "+name+"\n")
	}
	fails(true, "")
	fails(false, "")

	write("porting.go", "package porting\n\nfunc Check(phone string) error { return nil }\n")
	fails(false, "")

	write("porting.go", "package porting\n\nfunc Verify(number string) error { return nil }\n")

	for _, writes := range []bool{false, true} {
		fails(writes, `- porting.Check: func(string) error

These exported names were removed or changed. Restore them, or name each, as it stands before the colon,
in backquotes under "Changed" or "Removed" of Unreleased in CHANGELOG.md; then run:

  go run -C tools ./api -write`)
	}

	write("CHANGELOG.md", "## [Unreleased]\n\n### Removed\n\n- `porting.Check`. Use `porting.Verify`.\n")
	fails(false, `- porting.Check: func(string) error
+ porting.Verify: func(string) error

These lines of the API differ from api/next.txt. To record them, run:

  go run -C tools ./api -write`)
	fails(true, "")
	fails(false, "")
}
