package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"slices"
	"strings"
)

// describe returns a line for each exported name, method and field of a package: its name, a colon and what it is.
func describe(pkg *types.Package) []string {
	var lines []string

	d := describer{pkg}
	add := func(name, format string, args ...any) {
		lines = append(lines, pkg.Name()+"."+name+": "+fmt.Sprintf(format, args...))
	}

	for _, name := range pkg.Scope().Names() {
		object := pkg.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}

		switch object := object.(type) {
		case *types.Const:
			add(name, "const %s = %s", d.text(object.Type()), object.Val().ExactString())
		case *types.Var:
			add(name, "var %s", d.text(object.Type()))
		case *types.Func:
			add(name, "func%s", d.signature(object.Signature()))
		case *types.TypeName:
			d.typeName(object, add)
		}
	}

	return lines
}

type describer struct{ pkg *types.Package }

func (d describer) typeName(object *types.TypeName, add func(name, format string, args ...any)) {
	if alias, ok := object.Type().(*types.Alias); ok {
		add(object.Name(), "type = %s", d.text(alias.Rhs()))
		return
	}

	named := object.Type().(*types.Named)
	params := d.typeParams(named.TypeParams())

	switch under := named.Underlying().(type) {
	case *types.Struct:
		suffix := ""
		if types.Comparable(named) {
			suffix = ", comparable"
		}

		add(object.Name(), "type%s struct%s", params, suffix)
		d.fields(object.Name(), under, add)
	case *types.Interface: // one line, since a new method breaks those who implement it
		add(object.Name(), "type%s %s", params, d.text(under))
		return
	default:
		add(object.Name(), "type%s %s", params, d.text(under))
	}

	// What an embedded type of another package brings is that package's API.
	methods := types.NewMethodSet(types.NewPointer(named))
	values := types.NewMethodSet(named)

	for m := range methods.Methods() {
		function := m.Obj().(*types.Func)
		if !function.Exported() || function.Pkg() != d.pkg {
			continue
		}

		receiver := "*"
		if values.Lookup(d.pkg, function.Name()) != nil {
			receiver = ""
		}

		add(object.Name()+"."+function.Name(), "method (%s%s)%s", receiver, object.Name(), d.signature(function.Signature()))
	}
}

func (d describer) fields(owner string, of *types.Struct, add func(name, format string, args ...any)) {
	for field := range of.Fields() {
		if field.Exported() {
			kind := "field"
			if field.Embedded() {
				kind = "embedded"
			}

			add(owner+"."+field.Name(), "%s %s", kind, d.text(field.Type()))
		} else if inner, ok := field.Type().Underlying().(*types.Struct); ok && field.Embedded() {
			d.fields(owner, inner, add)
		}
	}
}

func (d describer) signature(s *types.Signature) string {
	text := d.typeParams(s.TypeParams()) + d.tuple(s.Params(), s.Variadic())

	switch s.Results().Len() {
	case 0:
		return text
	case 1:
		return text + " " + d.text(s.Results().At(0).Type())
	default:
		return text + " " + d.tuple(s.Results(), false)
	}
}

func (d describer) tuple(t *types.Tuple, variadic bool) string {
	var list []string

	for v := range t.Variables() {
		list = append(list, d.text(v.Type()))
	}

	if variadic {
		last := &list[len(list)-1]
		*last = "..." + strings.TrimPrefix(*last, "[]")
	}

	return "(" + strings.Join(list, ", ") + ")"
}

func (d describer) typeParams(params *types.TypeParamList) string {
	if params.Len() == 0 {
		return ""
	}

	var list []string

	for p := range params.TypeParams() {
		list = append(list, p.Obj().Name()+" "+d.text(p.Constraint()))
	}

	return "[" + strings.Join(list, ", ") + "]"
}

// text leaves out the names of parameters, which callers don't depend on.
func (d describer) text(t types.Type) string {
	text := types.TypeString(t, func(p *types.Package) string {
		if p == d.pkg {
			return ""
		}

		return p.Name()
	})

	expr, err := parser.ParseExpr(text)
	if err != nil { // such as the untyped string of a constant
		return text
	}

	ast.Inspect(expr, func(n ast.Node) bool {
		function, ok := n.(*ast.FuncType)
		if !ok {
			return true
		}

		params := function.Params.List
		if function.Results != nil {
			params = slices.Concat(params, function.Results.List)
		}

		for _, param := range params {
			param.Names = nil
		}

		return true
	})

	return types.ExprString(expr)
}
