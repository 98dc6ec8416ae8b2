package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
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
type Doer interface{ Do() }
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
		"p.Doer: type interface{Do()}",
		"p.Kind: type string",
		"p.Map: func[K comparable](K) []K",
		"p.Max: const int = 3",
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
