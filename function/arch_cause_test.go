package main

import (
	"go/ast"
	"go/token"
	"strings"
)

const bare = "breakers, retries and the doctor decide by causes, and a misspelled one compiles: use a constant of core/cause.go"

// causes looks for causes that are bare strings.
func (s *source) causes() {
	name := func(e ast.Expr, of string) bool { // of core, or within it
		id, ok := e.(*ast.Ident)
		return selector(e) == "core."+of || ok && s.dir == "core" && id.Name == of
	}
	ast.Inspect(s.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if name(n.Fun, "Errorf") && len(n.Args) > 1 && isText(n.Args[1]) {
				s.say("gives core.Errorf the cause %s: %s", text(n.Args[1]), bare)
			}
			if name(n.Fun, "Cause") && len(n.Args) == 1 && isText(n.Args[0]) {
				s.say("makes %s a cause: %s", text(n.Args[0]), bare)
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Cause" && isText(n.Value) {
				s.say("sets the field Cause to %s: %s", text(n.Value), bare)
			}
		case *ast.BinaryExpr:
			if equality(n) && (isCause(n.X) && isText(n.Y) || isCause(n.Y) && isText(n.X)) {
				s.say("compares a cause with %s: %s", text(n.X)+text(n.Y), bare)
			}
		case *ast.SwitchStmt:
			for _, clause := range n.Body.List {
				for _, e := range clause.(*ast.CaseClause).List {
					if n.Tag != nil && isCause(n.Tag) && isText(e) {
						s.say("compares a cause with %s: %s", text(e), bare)
					}
				}
			}
		case *ast.CompositeLit:
			s.listed(n, func(e ast.Expr) bool { return name(e, "Cause") })
		}
		return true
	})
}

// listed looks for bare strings in a list or a map of causes.
func (s *source) listed(lit *ast.CompositeLit, isType func(ast.Expr) bool) {
	list, isList := lit.Type.(*ast.ArrayType)
	table, isMap := lit.Type.(*ast.MapType)
	for _, e := range lit.Elts {
		pair, isPair := e.(*ast.KeyValueExpr)
		switch {
		case isList && isType(list.Elt) && isText(e):
			s.say("lists %s as a cause: %s", text(e), bare)
		case isMap && isPair && isType(table.Key) && isText(pair.Key):
			s.say("lists %s as a cause: %s", text(pair.Key), bare)
		case isMap && isPair && isType(table.Value) && isText(pair.Value):
			s.say("lists %s as a cause: %s", text(pair.Value), bare)
		}
	}
}

func equality(e *ast.BinaryExpr) bool { return e.Op == token.EQL || e.Op == token.NEQ }

// isCause reports whether an expression is a field Cause or a call of CauseOf.
func isCause(e ast.Expr) bool {
	if call, ok := e.(*ast.CallExpr); ok {
		return strings.HasSuffix(selector(call.Fun), ".CauseOf")
	}
	return strings.HasSuffix(selector(e), ".Cause")
}

// isText reports whether an expression is a string literal other than "", which means
// that there is no cause.
func isText(e ast.Expr) bool { return text(e) != "" && text(e) != `""` }

func text(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		return lit.Value
	}
	return ""
}
