package portingtest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// param is a key that a query can have.
type param struct {
	key  string
	want func(value string) (wrong problem) // what is wrong with a value; without a Detail nothing is
}

// readQuery gives the query, whose keys and values have to be what the route
// takes. Everything that is wrong with it is named.
func readQuery(target *url.URL, of *route, bad problems) (url.Values, error) {
	if target.RawQuery == "" {
		return nil, nil //nolint:nilnil // a nil query reads as an empty one
	}
	query, err := url.ParseQuery(target.RawQuery)
	if err != nil {
		return nil, unreadable(target.RawQuery)
	}
	for _, key := range slices.Sorted(maps.Keys(query)) {
		at := member("", key)
		known := slices.IndexFunc(of.query, func(p param) bool { return p.key == key })
		switch {
		case known < 0:
			bad.add(at, unknownKey, "is no query key of "+of.name)
		case len(query[key]) > 1:
			bad.add(at, repeatedKey, "is there more than once")
		default:
			if wrong := of.query[known].want(query.Get(key)); wrong.Detail != "" {
				wrong.Pointer = at
				bad.addProblem(wrong)
			}
		}
	}
	return query, bad.err()
}

// unreadable names the first part of a query that can't be read.
func unreadable(raw string) error {
	for part := range strings.SplitSeq(raw, "&") {
		if _, err := url.ParseQuery(part); err != nil {
			name, _, _ := strings.Cut(part, "=")
			return refuse(http.StatusBadRequest, "the query can't be read at %q: %v", cutAt(name, 64), err)
		}
	}
	return refuse(http.StatusBadRequest, "the query can't be read")
}

func wantBool(value string) problem {
	if value == "true" || value == "false" {
		return problem{}
	}
	return wrongValue(wrongType, "must be true or false", value)
}

func wantPositive(value string) problem {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && n > 0 {
		return problem{}
	}
	return wrongValue(wrongType, "must be an integer from 1", value)
}

func wantOneOf(values []string) func(string) problem {
	return func(value string) problem {
		if slices.Contains(values, value) {
			return problem{}
		}
		return wrongValue("invalid", "must be "+strings.Join(values, " or "), value)
	}
}

// wantSearch takes any text but one that was meant to be a number: nothing
// searched for begins with a space, and a number begins with a plus.
func wantSearch(value string) problem {
	digits, spaced := strings.CutPrefix(value, " ")
	if !spaced || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return problem{}
	}
	return problem{Code: plainPlus, Detail: "begins with a space, which is how an unescaped + is read: write %2B"}
}

// wrongValue is a problem that names the value, for who sent it.
func wrongValue(code, detail, value string) problem {
	return problem{Code: code, Detail: detail, Sent: strconv.Quote(cutAt(value, 64))}
}
