package conformance

import (
	"errors"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

// models are the client's types, by the name of the schema that each of them reads or writes.
var models = map[string]reflect.Type{
	"PortabilityResult":           reflect.TypeFor[porting.PortabilityResult](),
	"PortRequest":                 reflect.TypeFor[porting.PortRequest](),
	"PortRequestPhoneNumber":      reflect.TypeFor[porting.PortRequestPhoneNumber](),
	"PhoneNumberCount":            reflect.TypeFor[porting.PhoneNumberCount](),
	"SubRequest":                  reflect.TypeFor[porting.SubRequest](),
	"SubRequestUpdate":            reflect.TypeFor[porting.SubRequestUpdate](),
	"PortingOption":               reflect.TypeFor[porting.PortingOption](),
	"PortingOptionCreate":         reflect.TypeFor[porting.PortingOption](),
	"FOCWindow":                   reflect.TypeFor[porting.FOCWindow](),
	"DraftPortRequest":            reflect.TypeFor[porting.DraftPortRequest](),
	"DraftPortRequestPhoneNumber": reflect.TypeFor[porting.DraftPortRequestPhoneNumber](),
	"DraftSubRequest":             reflect.TypeFor[porting.DraftSubRequest](),
	"DraftSubRequestUpdate":       reflect.TypeFor[porting.DraftSubRequestUpdate](),
	"Comment":                     reflect.TypeFor[porting.Comment](),
	"CommentCreate":               reflect.TypeFor[porting.CommentCreate](),
	"SupportingDocument":          reflect.TypeFor[porting.SupportingDocument](),
	"DownloadLink":                reflect.TypeFor[porting.DownloadLink](),
}

// unexported are the schemas that no exported type stands for; only the exchanges prove them.
var unexported = []string{
	"PortabilityCheck", "NumberCreate", "PortabilityAnswer", "DraftCreate",
	"UploadRequestCreate", "UploadRequest", "DocumentCreate",
	"Error", "ErrorDetail", "ErrorSource",
}

// queries are the client's types of query parameters, by operation.
var queries = map[string]reflect.Type{
	"PortRequests.List": reflect.TypeFor[porting.PortRequestListOptions](),
	"PortRequests.Get":  reflect.TypeFor[porting.GetOptions](),
	"Drafts.List":       reflect.TypeFor[porting.DraftListOptions](),
	"Drafts.Get":        reflect.TypeFor[porting.GetOptions](),
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	var described, sent []string
	for _, op := range readDescription(t, source).operations {
		described = append(described, op.goMethod()+" "+op.method+" "+op.path)
	}
	for _, op := range porting.Operations() {
		sent = append(sent, op.Name+" "+op.Method+" "+op.Route)
	}
	assert.ElementsMatch(t, described, sent)
}

func TestBodies(t *testing.T) {
	t.Parallel()
	d := readDescription(t, source)

	for name, model := range models {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema, ok := d.schemas[name]
			require.True(t, ok, "not described")
			assert.Equal(t, members(schema), fields(model, "json"))
		})
	}

	t.Run("every schema has a type", func(t *testing.T) {
		t.Parallel()
		var described []string
		for name, schema := range d.schemas {
			if kind(schema) == "object" {
				described = append(described, name)
			}
		}
		assert.ElementsMatch(t, described, slices.AppendSeq(slices.Clone(unexported), maps.Keys(models)))
	})

	t.Run("every type has a schema", func(t *testing.T) {
		t.Parallel()
		var tagged, described []string
		scope := clientScope(t)
		for _, name := range scope.Names() {
			if hasTag(scope.Lookup(name), "json") && !strings.HasSuffix(name, "Options") { // which are queries, not bodies
				tagged = append(tagged, name)
			}
		}
		for _, model := range models {
			described = append(described, model.Name())
		}
		assert.Subset(t, described, tagged)
		assert.Subset(t, tagged, described) // else hasTag sees nothing
	})
}

func TestQueries(t *testing.T) {
	t.Parallel()
	for _, op := range readDescription(t, source).operations {
		t.Run(op.OperationId, func(t *testing.T) {
			t.Parallel()
			described := map[string]string{}
			for name, schema := range op.query() {
				described[name] = shape(schema)
			}
			options, ok := queries[op.OperationId]
			if !ok {
				assert.Empty(t, described)
				return
			}
			assert.Equal(t, described, fields(options, "url"))
		})
	}
}

// TestEnums compares the values of the enums. That every enum of the client's types is described follows from TestBodies
// and TestQueries, which compare the names of the enums.
func TestEnums(t *testing.T) {
	t.Parallel()
	constants := map[string][]string{} // by type
	scope := clientScope(t)
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if !ok || c.Val().Kind() != constant.String {
			continue
		}
		if typ, ok := c.Type().(*types.Named); ok {
			constants[typ.Obj().Name()] = append(constants[typ.Obj().Name()], constant.StringVal(c.Val()))
		}
	}
	for name, schema := range readDescription(t, source).schemas {
		if schema.Enum == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.ElementsMatch(t, enum(schema), constants[name])
		})
	}
}

// members are the keys of an object with the shapes of their values.
func members(schema *base.Schema) map[string]string {
	shapes := map[string]string{}
	for key, member := range schema.Properties.FromOldest() {
		shapes[key] = shape(member)
	}
	return shapes
}

// shape describes the values of a schema in one word: the name of an object, an enum or an id, a format that matters
// to the client, or a plain type. That null may stand in for the value is left out, as any value may be null.
func shape(proxy *base.SchemaProxy) string {
	schema, name := component(proxy)
	switch {
	case schema.Format == "date-time", schema.Format == "password":
		return schema.Format
	case kind(schema) == "array":
		return "array of " + shape(schema.Items.A)
	case name == "PortingOptionCreate":
		return "PortingOption" // one type for both directions
	case name != "":
		return name
	}
	return kind(schema)
}

// fields are the keys of a struct with the shapes of their values.
func fields(t reflect.Type, tag string) map[string]string {
	shapes := map[string]string{}
	for field := range t.Fields() {
		key, _, _ := strings.Cut(field.Tag.Get(tag), ",")
		switch {
		case key == "" && field.Anonymous:
			maps.Copy(shapes, fields(field.Type, tag))
		case key != "-" && field.IsExported():
			shapes[key] = goShape(field.Type)
		}
	}
	return shapes
}

// goShape is the shape of the JSON that a Go type stands for.
func goShape(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[porting.Timestamp](), reflect.TypeFor[time.Time]():
		return "date-time"
	case reflect.TypeFor[porting.Secret]():
		return "password"
	}
	own := t.PkgPath() == reflect.TypeFor[porting.Client]().PkgPath()
	if own && strings.HasPrefix(t.Name(), "Optional[") {
		get, _ := t.MethodByName("Get")
		return goShape(get.Type.Out(0))
	}
	switch t.Kind() {
	case reflect.Pointer:
		return goShape(t.Elem())
	case reflect.Slice:
		return "array of " + goShape(t.Elem())
	case reflect.Struct:
		return t.Name()
	case reflect.String:
		if own {
			return t.Name()
		}
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int:
		return "integer"
	default:
		return t.String()
	}
}

// clientScope is what the client's package declares, read from its source. Imports aren't resolved, so whatever needs
// them stays unknown; its own constants and struct tags don't.
func clientScope(t *testing.T) *types.Scope {
	t.Helper()
	fset := token.NewFileSet()
	names, err := filepath.Glob("../*.go")
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}

	config := types.Config{Error: func(error) {}, Importer: noImports{}}
	pkg, _ := config.Check("porting", fset, files, nil)
	return pkg.Scope()
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }

// hasTag tells whether a declaration is of an exported struct with a field tag of the given key.
func hasTag(object types.Object, key string) bool {
	name, ok := object.(*types.TypeName)
	if !ok || !name.Exported() {
		return false
	}
	fields, ok := name.Type().Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range fields.NumFields() {
		if tag, ok := reflect.StructTag(fields.Tag(i)).Lookup(key); ok && tag != "-" {
			return true
		}
	}
	return false
}
