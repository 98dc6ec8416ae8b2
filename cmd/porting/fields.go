package main

import (
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/numberporting/porting/workflow/intake"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// pairs reads what --set was given.
func pairs(given []string) (map[string]string, error) {
	set := map[string]string{}
	for _, pair := range given {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usagef("--set takes field=value")
		}
		set[key] = value
	}
	return set, nil
}

// profile reads the fields of --set, by the API's names.
func (t *tool) profile(set map[string]string) (profile enduser.Profile, err error) {
	fields := map[string]string{}
	for key, value := range set {
		if fields[key], err = t.value(value); err != nil {
			return profile, err
		}
	}
	text, _ := json.Marshal(fields)
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&profile); err != nil {
		return profile, usagef("--set: %w; the fields are %s", err, strings.Join(intake.Keys()[1:], ", ")) // the first is the number
	}
	return profile, nil
}

// value reads a value that begins with @ from a file.
func (t *tool) value(text string) (string, error) {
	path, isFile := strings.CutPrefix(text, "@")
	if !isFile {
		return text, nil
	}
	var content []byte
	var err error
	if path == "-" {
		content, err = io.ReadAll(t.in)
	} else {
		content, err = os.ReadFile(path)
	}
	if err != nil {
		return "", &exitError{codeUsage, err}
	}
	return strings.TrimRight(string(content), "\r\n"), nil
}
