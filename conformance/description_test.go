package conformance

import (
	_ "embed"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed openapi.yaml
var source []byte

// A description is openapi.yaml, read.
type description struct {
	doc        libopenapi.Document
	model      *v3.Document
	operations []operation // in the order of the file
	schemas    map[string]*base.Schema
}

// An operation is a method of a path.
type operation struct {
	*v3.Operation

	method, path string
	params       []*v3.Parameter // the path's own among them
}

// goMethod is the name of the client's method that sends the operation: the first two parts of its id.
func (op operation) goMethod() string {
	parts := strings.Split(op.OperationId, ".")
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// query returns the schemas of the query parameters by name.
func (op operation) query() map[string]*base.SchemaProxy {
	schemas := map[string]*base.SchemaProxy{}
	for _, p := range op.params {
		if p.In == "query" {
			schemas[p.Name] = p.Schema
		}
	}
	return schemas
}

func readDescription(t *testing.T, source []byte) *description {
	t.Helper()
	doc, err := libopenapi.NewDocument(source)
	require.NoError(t, err)
	built, err := doc.BuildV3Model()
	require.NoError(t, err)

	d := &description{doc: doc, model: &built.Model, schemas: map[string]*base.Schema{}}
	for path, item := range d.model.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			params := slices.Concat(item.Parameters, op.Parameters)
			d.operations = append(d.operations, operation{op, strings.ToUpper(method), path, params})
		}
	}
	for name, schema := range d.model.Components.Schemas.FromOldest() {
		d.schemas[name] = schema.Schema()
	}
	return d
}

// component returns the schema behind a reference and its name among the components; the name of a schema that is
// written out in place is empty. A schema that may also be null counts as the schema itself.
func component(proxy *base.SchemaProxy) (schema *base.Schema, name string) {
	schema = proxy.Schema()
	if len(schema.OneOf) == 2 && slices.Equal(schema.OneOf[1].Schema().Type, []string{"null"}) {
		return component(schema.OneOf[0])
	}
	if proxy.IsReference() {
		name = proxy.GetReference()[strings.LastIndex(proxy.GetReference(), "/")+1:]
	}
	return schema, name
}

// kind is the one type of a schema besides null.
func kind(schema *base.Schema) string {
	kinds := slices.DeleteFunc(slices.Clone(schema.Type), func(k string) bool { return k == "null" })
	return strings.Join(kinds, " or ")
}

// enum returns the values of a schema's enum.
func enum(schema *base.Schema) []string {
	var values []string
	for _, node := range schema.Enum {
		values = append(values, node.Value)
	}
	return values
}

func TestDescription(t *testing.T) {
	t.Parallel()
	d := readDescription(t, source)

	t.Run("is OpenAPI 3.1", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "3.1.0", d.doc.GetVersion())
		v, errs := validator.NewValidator(d.doc)
		require.Empty(t, errs)
		_, failures := v.ValidateDocument()
		assert.Empty(t, failures)
	})

	t.Run("has 26 operations", func(t *testing.T) {
		t.Parallel()
		ids := map[string]bool{}
		for _, op := range d.operations {
			ids[op.OperationId] = true
		}
		assert.Len(t, ids, 26, "ids")
		assert.Len(t, d.operations, 26, "operations")
	})

	t.Run("declares the parameters of its paths", func(t *testing.T) {
		t.Parallel()
		braces := regexp.MustCompile(`\{(\w+)\}`)
		for _, op := range d.operations {
			var inPath, declared []string
			for _, match := range braces.FindAllStringSubmatch(op.path, -1) {
				inPath = append(inPath, match[1])
			}
			for _, p := range op.params {
				if p.In == "path" {
					declared = append(declared, p.Name)
				}
			}
			assert.Equal(t, inPath, declared, op.OperationId)
		}
	})

	t.Run("closes every object", func(t *testing.T) {
		t.Parallel()
		for _, name := range slices.Sorted(maps.Keys(d.schemas)) {
			schema := d.schemas[name]
			if kind(schema) != "object" || name == "Error" { // an error's body may hold anything
				continue
			}
			extra := schema.AdditionalProperties
			assert.True(t, extra != nil && extra.IsB() && !extra.B, "%s: additionalProperties", name)
			for _, key := range schema.Required {
				_, ok := schema.Properties.Get(key)
				assert.True(t, ok, "%s requires %s, which it doesn't have", name, key)
			}
		}
	})
}
