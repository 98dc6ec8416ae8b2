// The command api compares the exported API of the repository's packages with api/next.txt.
// With -write, it records the API there, unless something went that CHANGELOG.md doesn't name.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

const record = "go run -C tools ./api -write"

func main() {
	root := flag.String("root", "..", "the `folder` of the repository")
	write := flag.Bool("write", false, "record the API in api/next.txt")
	flag.Parse()

	if err := run(*root, *write); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// modules are those that are released as packages.
var modules = []string{".", "otelporting", "temporalporting"}

func run(root string, write bool) error {
	var now []string

	for _, module := range modules {
		lines, err := load(filepath.Join(root, module))
		if err != nil {
			return err
		}

		now = append(now, lines...)
	}

	slices.Sort(now)

	file := filepath.Join(root, "api", "next.txt")

	recorded, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return err
	}

	changelog, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return err
	}

	unnamed, unrecorded := compare(strings.Split(strings.TrimSpace(string(recorded)), "\n"), now, string(changelog))

	switch {
	case len(unnamed) > 0:
		return fmt.Errorf("%s\n\nThese exported names were removed or changed. Restore them, or name each, as it stands before the colon,\n"+
			"in backquotes under \"Changed\" or \"Removed\" of Unreleased in CHANGELOG.md; then run:\n\n  %s", strings.Join(unnamed, "\n"), record)
	case write:
		return os.WriteFile(file, []byte(strings.Join(now, "\n")+"\n"), 0o644)
	case len(unrecorded) > 0:
		return fmt.Errorf("%s\n\nThese lines of the API differ from api/next.txt. To record them, run:\n\n  %s", strings.Join(unrecorded, "\n"), record)
	}

	return nil
}

// load returns the lines of every package in the module that others can import.
func load(dir string) ([]string, error) {
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadTypes, Dir: dir}, "./...")
	if err != nil {
		return nil, err
	}

	var lines []string

	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, p.Errors[0]
		}

		if p.Name != "main" && !slices.Contains(strings.Split(p.PkgPath, "/"), "internal") {
			lines = append(lines, describe(p.Types)...)
		}
	}

	return lines, nil
}

// compare returns the recorded lines that went without the changelog naming them, and all that differs from the record.
func compare(recorded, now []string, changelog string) (unnamed, unrecorded []string) {
	named := breaks(changelog)

	for _, line := range recorded {
		if line == "" || slices.Contains(now, line) {
			continue
		}

		unrecorded = append(unrecorded, "- "+line)
		name, _, _ := strings.Cut(line, ": ")
		parts := strings.SplitN(name, ".", 3)
		owner := strings.Join(parts[:2], ".")
		ownerGone := !slices.ContainsFunc(now, func(l string) bool { return strings.HasPrefix(l, owner+": ") })

		// The name of a type that went stands for its methods and fields, too.
		if !strings.Contains(named, "`"+name+"`") && !(ownerGone && strings.Contains(named, "`"+owner+"`")) {
			unnamed = append(unnamed, "- "+line)
		}
	}

	for _, line := range now {
		if !slices.Contains(recorded, line) {
			unrecorded = append(unrecorded, "+ "+line)
		}
	}

	return unnamed, unrecorded
}

// breaks returns what the changelog's Unreleased section says under Changed and Removed.
func breaks(changelog string) string {
	var (
		text                 bytes.Buffer
		unreleased, breaking bool
	)

	for line := range strings.Lines(changelog) {
		switch title := strings.TrimSpace(line); {
		case strings.HasPrefix(line, "## "):
			unreleased, breaking = title == "## [Unreleased]", false
		case strings.HasPrefix(line, "### "):
			breaking = title == "### Changed" || title == "### Removed"
		case unreleased && breaking:
			text.WriteString(line)
		}
	}

	return text.String()
}
