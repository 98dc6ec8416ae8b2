package main

import (
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain gives the tests a module cache of their own, and no network.
func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	cache, err := os.MkdirTemp("", "release-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(cache)      //nolint:errcheck // it is a temporary folder
	os.Setenv("GOMODCACHE", cache) //nolint:errcheck // it is for all tests
	os.Setenv("GOPROXY", "off")    //nolint:errcheck // it is for all tests
	return m.Run()
}

var small = release{
	nested:   []string{"more", "cmd/tool"},
	imports:  []string{".", "more"},
	installs: []string{"cmd/tool"},
	runs:     []run{{[]string{"tool"}, "two"}},
}

func TestTry(t *testing.T) {
	t.Parallel()
	const (
		nestedMod = "go 1.26\n\nrequire example.com/small v0.0.0\n\nreplace example.com/small => "
		taggedMod = "go 1.26\n\nrequire example.com/small v0.1.0\n"
		otherMod  = "go 1.26\n\nrequire example.com/small v0.2.0\n"
		tagged    = "v0.1.0"
		more      = "module example.com/small/more\n\n"
		tool      = "module example.com/small/cmd/tool\n\n"
	)
	for name, test := range map[string]struct {
		version string
		files   map[string]string // what differs from the repository that is as it should be
		ignored string            // what isn't committed
		tags    []string
		want    []string // what the error says; without any there is none
	}{
		"HEAD is as it should be": {},
		"the tags are as they should be": {
			version: "v0.2.0", // no other case's, since they share the module cache
			files:   map[string]string{"more/go.mod": more + otherMod, "cmd/tool/go.mod": tool + otherMod},
			tags:    []string{"v0.2.0", "more/v0.2.0", "cmd/tool/v0.2.0"},
		},
		"a replace at a tag": {
			version: tagged,
			files:   map[string]string{"more/go.mod": more + taggedMod},
			tags:    []string{"v0.1.0", "more/v0.1.0", "cmd/tool/v0.1.0"},
			want: []string{
				"cmd/tool/go.mod has a replace of example.com/small at the tag cmd/tool/v0.1.0.",
				"\n  go -C cmd/tool mod edit -dropreplace example.com/small -require example.com/small@v0.1.0",
			},
		},
		"a replace of another module": {
			files: map[string]string{"cmd/tool/go.mod": tool + nestedMod + "../../\n\nreplace example.com/other => ../../other\n"},
			want: []string{
				"cmd/tool/go.mod has a replace of example.com/other at the tag cmd/tool/v0.0.0-trial.",
				"\n  go -C cmd/tool mod edit -dropreplace example.com/other -require example.com/other@VERSION",
			},
		},
		"a replace in the root": {
			files: map[string]string{"go.mod": "module example.com/small\n\ngo 1.26\n\nreplace example.com/other => ./other\n"},
			want:  []string{"\n  go -C . mod edit -dropreplace example.com/other "},
		},
		"the root of another release": {
			version: tagged,
			files:   map[string]string{"more/go.mod": more + otherMod},
			tags:    []string{"v0.1.0", "more/v0.1.0"},
			want: []string{
				"more/go.mod requires v0.2.0 of the root at the tag more/v0.1.0.",
				"\n  go -C more mod edit -require example.com/small@v0.1.0",
			},
		},
		"a tag without the folder": {
			version: tagged, tags: []string{"v0.1.0"},
			want: []string{"Each module has a tag of its own: git tag more/v0.1.0"},
		},
		"a package that isn't committed": {
			files:   map[string]string{"cmd/tool/main.go": "package main\n\nimport _ \"example.com/small/local\"\n\nfunc main() {}\n", "local/local.go": "package local\n"},
			ignored: "local",
			want:    []string{"go mod tidy: ", "example.com/small/local", "Users of example.com/small/cmd/tool get this.", "Commit what is missing"},
		},
		"a file that isn't committed": {
			files:   map[string]string{"small.go": "package small\n", "two.go": "package small\n\nconst Two = \"two\"\n"},
			ignored: "two.go",
			want:    []string{"go run .: ", "undefined: small.Two", "Users of example.com/small/more get this.", "Commit what is missing"},
		},
		"a command that fails": {
			files: map[string]string{"cmd/tool/main.go": "package main\n\nfunc main() { panic(\"failed\") }\n"},
			want:  []string{"bin/tool: exit status 2", "panic: failed"},
		},
		"a command that says something else": {
			files: map[string]string{"cmd/tool/main.go": "package main\n\nfunc main() { print(\"two, to stderr\") }\n"},
			want:  []string{"tool, as installed from v0.0.0-trial.", `doesn't say "two"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{
				"go.mod":           "module example.com/small\n\ngo 1.26\n",
				"small.go":         "package small\n\nconst Two = \"two\"\n",
				"more/go.mod":      more + nestedMod + "../\n",
				"more/more.go":     "package more\n\nimport \"example.com/small\"\n\nconst More = small.Two\n",
				"cmd/tool/go.mod":  tool + nestedMod + "../../\n",
				"cmd/tool/main.go": "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/small\"\n)\n\nfunc main() { fmt.Println(small.Two) }\n",
				".gitignore":       test.ignored + "\n",
			}
			maps.Copy(files, test.files)
			repo := repository(t, files, test.tags)
			err := small.try(t.Context(), io.Discard, repo, test.version)
			if len(test.want) == 0 && err != nil {
				t.Error(err)
			}
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got: %v\nwant: %s", err, want)
				}
			}
		})
	}
}

// repository makes a git repository of a commit with tags.
func repository(t *testing.T, files map[string]string, tags []string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	commands := [][]string{{"init", "--quiet"}, {"add", "--all"}, {"commit", "--quiet", "--no-verify", "--message", "Begin"}}
	for _, tag := range tags {
		commands = append(commands, []string{"tag", tag})
	}
	for _, command := range commands {
		git := exec.CommandContext(t.Context(), "git", append([]string{"-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"}, command...)...)
		git.Dir, git.Env = dir, environment(dir)
		if output, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", command, err, output)
		}
	}
	return dir
}

// TestForget looks for what trials leave in the module cache. It isn't parallel to them.
func TestForget(t *testing.T) { //nolint:paralleltest // see above
	repo := repository(t, map[string]string{
		"go.mod":  "module example.com/left\n\ngo 1.26\n",
		"left.go": "package left\n",
	}, nil)
	if err := (release{imports: []string{"."}}).try(t.Context(), io.Discard, repo, ""); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(os.Getenv("GOMODCACHE"), "cache", "download", "example.com", "left")
	if _, err := os.Stat(left); err != nil {
		t.Fatal("the module cache wasn't used:", err)
	}
	err := filepath.WalkDir(os.Getenv("GOMODCACHE"), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.Contains(file, "left") || entry.IsDir() && !strings.Contains(file, "@v0") {
			return err
		}
		if text, err := os.ReadFile(file); filepath.Base(file) != "list" || len(text) > 0 {
			t.Errorf("%s: %q, %v", file, text, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
