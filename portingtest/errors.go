package portingtest

import (
	"fmt"
	"net/http"
	"strings"
)

// maxProblems bounds how many problems an answer lists.
const maxProblems = 1000

// The codes of problems with the form of a request rather than with what it
// asks for.
const (
	unknownKey  = "unknown_key"
	repeatedKey = "repeated_key"
	wrongType   = "wrong_type"
	plainPlus   = "unescaped_plus"
)

// problem is one thing that is wrong with a request.
type problem struct {
	Code    string
	Pointer string // JSON pointer into the body, or to the query key; empty when it is about none
	Detail  string
	Sent    string // the value that is wrong, if it is to be named to who sent it
}

// text says what is wrong where, to who sent it.
func (p *problem) text() string {
	return strings.TrimSpace(dotted(p.Pointer) + " " + p.detail())
}

func (p *problem) detail() string {
	if p.Sent == "" {
		return p.Detail
	}
	return p.Detail + ", not " + p.Sent
}

// problems collects what is wrong with a request.
type problems struct {
	list    []problem
	more    int  // beyond maxProblems
	lenient bool // unknown keys are none
}

func (p *problems) add(pointer, code, detail string) {
	p.addProblem(problem{Code: code, Pointer: pointer, Detail: detail})
}

func (p *problems) addProblem(one problem) {
	if p.lenient && one.Code == unknownKey {
		return
	}
	if len(p.list) == maxProblems {
		p.more++
		return
	}
	p.list = append(p.list, one)
}

// err is a 422 that names every problem, or nil when there is none.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	texts := make([]string, 0, len(p.list)+1)
	for i := range p.list {
		texts = append(texts, p.list[i].text())
	}
	if p.more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", p.more))
	}
	return &statusError{
		Status:   http.StatusUnprocessableEntity,
		Message:  http.StatusText(http.StatusUnprocessableEntity) + ": " + strings.Join(texts, "; "),
		Problems: p.list,
	}
}

// statusError is an answer other than success.
type statusError struct {
	Status   int
	Message  string
	Problems []problem
	NoRoute  bool   // there is no such path
	Path     string // what the answer says of the path, after the message
	Fair     bool   // a correct client can meet it, whatever the status
}

func (e *statusError) Error() string { return e.Message }

// refuse is an answer with a message of its own.
func refuse(status int, format string, args ...any) error {
	return &statusError{Status: status, Message: http.StatusText(status) + ": " + fmt.Sprintf(format, args...)}
}

// missing is the 404 for a thing that isn't there.
func missing(what string) error {
	return &statusError{Status: http.StatusNotFound, Message: "Resource not found: no such " + what}
}

// member gives the pointer to a member of what a pointer points to. A long name
// is cut.
func member(pointer, name string) string {
	const longest = 64
	return pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(cutAt(name, longest))
}

// cut gives a text from a request as an answer can repeat it.
func cut(text string) string {
	const longest = 200
	return cutAt(text, longest)
}

func cutAt(text string, longest int) string {
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// dotted writes a pointer as a path, a.0.b.
func dotted(pointer string) string {
	path := strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(path)
}
