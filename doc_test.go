package porting_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// packageDoc reads the documentation of the root package from its source.
func packageDoc(t *testing.T) *doc.Package {
	t.Helper()
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, file)
	}
	pkg, err := doc.NewFromFiles(fset, files, "github.com/numberporting/porting")
	require.NoError(t, err)
	return pkg
}

func TestEverythingIsDocumented(t *testing.T) {
	t.Parallel()
	pkg := packageDoc(t)
	seen := 0
	check := func(name, comment string) {
		seen++
		assert.NotEmpty(t, strings.TrimSpace(comment), "%s has no doc comment", name)
	}
	checkValues := func(values []*doc.Value) {
		for _, group := range values {
			for _, spec := range group.Decl.Specs {
				value, ok := spec.(*ast.ValueSpec)
				require.True(t, ok)
				check(value.Names[0].Name, group.Doc+value.Doc.Text()+value.Comment.Text())
			}
		}
	}
	check("the package", pkg.Doc)
	checkValues(pkg.Consts)
	checkValues(pkg.Vars)
	for _, f := range pkg.Funcs {
		check(f.Name, f.Doc)
	}
	for _, typ := range pkg.Types {
		check(typ.Name, typ.Doc)
		checkValues(typ.Consts)
		checkValues(typ.Vars)
		for _, f := range append(typ.Funcs, typ.Methods...) {
			check(typ.Name+"."+f.Name, f.Doc)
		}
	}
	assert.Greater(t, seen, 150, "the package's source was not read")
}

func TestOperationsAreDocumented(t *testing.T) {
	t.Parallel()
	comments := map[string]string{}
	for _, typ := range packageDoc(t).Types {
		for _, m := range typ.Methods {
			comments[typ.Name+"."+m.Name] = m.Doc
		}
	}
	for _, op := range porting.Operations() {
		service, method, _ := strings.Cut(op.Name, ".")
		comment := comments[service+"Service."+method]
		require.NotEmpty(t, comment, op.Name)
		lines := strings.Split(comment, "\n")
		assert.Contains(t, lines, op.Doc, "%s: its page has a line of its own", op.Name)

		route := "\t" + op.Method + " " + op.Route + ": " + string(op.Retry) // indented, so that go doc doesn't wrap it
		assert.Contains(t, lines, route, op.Name)
	}
}

func TestEveryServiceMethodIsAnOperation(t *testing.T) {
	t.Parallel()
	known := map[string]bool{ // methods that are made of others
		"PortRequestsService.All": true, "DraftsService.All": true, "DraftsService.Submitted": true, "DocumentsService.Download": true,
	}
	for _, op := range porting.Operations() {
		service, method, _ := strings.Cut(op.Name, ".")
		known[service+"Service."+method] = true
	}
	for _, typ := range packageDoc(t).Types {
		if !strings.HasSuffix(typ.Name, "Service") {
			continue
		}
		for _, m := range typ.Methods {
			assert.True(t, known[typ.Name+"."+m.Name], "%s.%s is no operation", typ.Name, m.Name)
		}
	}
}

// TestEnumerationsListTheirValues has each value of an enumeration stand in its type's comment.
func TestEnumerationsListTheirValues(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, typ := range packageDoc(t).Types {
		if !slices.ContainsFunc(typ.Methods, func(f *doc.Func) bool { return f.Name == "Known" }) && typ.Name != "RetryClass" {
			continue
		}
		for _, group := range typ.Consts {
			for _, spec := range group.Decl.Specs {
				value, ok := spec.(*ast.ValueSpec)
				require.True(t, ok)
				literal, ok := value.Values[0].(*ast.BasicLit)
				require.True(t, ok)
				assert.Contains(t, typ.Doc, literal.Value, typ.Name)
				seen++
			}
		}
	}
	assert.Greater(t, seen, 30)
}
