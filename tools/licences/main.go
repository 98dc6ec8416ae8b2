// The command licences lists the modules that ship with the packages of a module: each with
// its version, its licence and, with -updates, the newer version there is. A licence that isn't allowed fails.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

type module struct {
	Path, Version, Dir string
	Main               bool
	Replace, Update    *module
}

// marks are words that only the text of the licence has; the first that fits counts.
var marks = []struct {
	name  string
	words []string
}{
	{"MPL-2.0", []string{"mozilla public license", "2.0"}}, // it names the next three
	{"AGPL", []string{"gnu affero general public license"}},
	{"LGPL", []string{"gnu lesser general public license version"}},
	{"GPL", []string{"gnu general public license version"}},
	{"Apache-2.0", []string{"apache license", "version 2.0"}},
	{"BSD", []string{"redistribution and use in source and binary forms", "this list of conditions"}},
	{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose"}},
	{"ISC", []string{"permission to use, copy, modify, and distribute this software for any purpose"}},
	{"MIT", []string{"permission is hereby granted, free of charge", "the above copyright notice and this permission notice"}},
}

var allowed = []string{"MIT", "BSD", "Apache-2.0", "ISC", "MPL-2.0"}

// without are modules that come without a licence file and are accepted all the same, at one version.
var without = map[string]string{
	// go.temporal.io/api, which is under MIT, needs it: one generated file by Temporal's own authors. Their repository has no licence yet.
	"github.com/nexus-rpc/nexus-proto-annotations": "v0.1.0",
}

func main() {
	dir := flag.String("dir", "..", "the `folder` of the module")
	updates := flag.Bool("updates", false, "ask the module proxy for newer versions")
	flag.Parse()

	if err := run(os.Stdout, *dir, *updates); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out io.Writer, dir string, updates bool) error {
	paths, err := list(dir, "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}", "./...")
	if err != nil {
		return err
	}

	modules := strings.Fields(string(paths))
	slices.Sort(modules)

	args := []string{"-m", "-json"}
	if updates {
		args = append(args, "-u")
	}

	modules = slices.Compact(modules)
	if len(modules) == 0 {
		return nil
	}

	described, err := list(dir, append(args, modules...)...)
	if err != nil {
		return err
	}

	var refused []string

	for decoder := json.NewDecoder(strings.NewReader(string(described))); decoder.More(); {
		var m module
		if err := decoder.Decode(&m); err != nil { //nolint:musttag // the go command writes these names
			return err
		}

		if m.Replace != nil { // the repository's own
			continue
		}

		name := licence(m.Dir)
		if name == "unknown" && without[m.Path] == m.Version {
			name = "none"
		} else if !slices.Contains(allowed, name) {
			refused = append(refused, m.Path+": "+name)
		}

		newer := ""
		if m.Update != nil {
			newer = "  update: " + m.Update.Version
		}

		fmt.Fprintf(out, "%-10s  %s %s%s\n", name, m.Path, m.Version, newer)
	}

	if len(refused) > 0 {
		return fmt.Errorf("these licences are not allowed; replace the dependency, or read its licence and extend tools/licences:\n%s", strings.Join(refused, "\n"))
	}

	return nil
}

func list(dir string, args ...string) ([]byte, error) {
	command := exec.Command("go", append([]string{"list"}, args...)...) //nolint:noctx // it ends with the program
	command.Dir, command.Stderr = dir, os.Stderr

	return command.Output()
}

// licence returns the name of the licence in a module's folder, or "unknown".
func licence(dir string) string {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return "unknown"
	}

	for _, file := range files {
		base := strings.ToUpper(filepath.Base(file))
		if !strings.HasPrefix(base, "LICEN") && !strings.HasPrefix(base, "COPYING") {
			continue
		}

		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}

		if name := identify(string(text)); name != "unknown" {
			return name
		}
	}

	return "unknown"
}

func identify(text string) string {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")

	for _, mark := range marks {
		if !slices.ContainsFunc(mark.words, func(word string) bool { return !strings.Contains(text, word) }) {
			return mark.name
		}
	}

	return "unknown"
}
