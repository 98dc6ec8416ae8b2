package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// A release is what gets a tag, and what users then do. Folders have slashes.
type release struct {
	nested   []string // the folders of the modules beside the root, in the order of their tags
	imports  []string // the folders of the modules whose package users import
	installs []string // the folders of the commands that users install
	runs     []run    // what the installed commands have to do
}

// A run is a command line, and what the command has to say.
type run struct {
	command []string
	says    string
}

// A trial tries a release in a folder of its own. Only the go command's caches are shared, so that what other
// builds have downloaded and compiled isn't downloaded and compiled again.
type trial struct {
	release

	out     io.Writer
	scratch string // the trial's folder
	clone   string // the clone of the repository, in it
	proxy   string // the folder that serves as a module proxy, in it
	root    string // the path of the root module
	version string
	env     []string
}

// try tries the repository's tags of a version or, without one, those that it makes in a clone.
func (r release) try(ctx context.Context, out io.Writer, repo, version string) (err error) {
	scratch, err := os.MkdirTemp("", "release-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	t := &trial{
		release: r, out: out, scratch: scratch, version: version, env: environment(scratch),
		clone: filepath.Join(scratch, "clone"), proxy: filepath.Join(scratch, "proxy"),
	}
	if version == "" {
		t.version = fmt.Sprintf("v0.0.0-trial.%d", time.Now().UnixNano()) // no other run's, since the module cache is shared
	}
	if repo, err = filepath.Abs(repo); err != nil {
		return err
	}
	if _, err = t.run(ctx, ".", "git", "clone", "--quiet", repo, t.clone); err != nil {
		return err
	}
	goMod, err := os.ReadFile(filepath.Join(t.clone, "go.mod"))
	if err != nil {
		return err
	}
	t.root = modfile.ModulePath(goMod)
	settings, err := t.run(ctx, ".", "go", "env", "GOMODCACHE", "GOPROXY")
	if err != nil {
		return err
	}
	cache, proxies, _ := strings.Cut(strings.TrimSpace(settings), "\n")
	defer func() { err = errors.Join(err, t.forget(cache)) }()
	here := "file://" + filepath.ToSlash(t.proxy)
	t.env = append(t.env, "GOPROXY="+here+","+proxies)
	for _, dir := range t.modules() {
		if version == "" {
			if err := t.tag(ctx, dir); err != nil {
				return err
			}
		}
		if err := t.publish(ctx, dir); err != nil {
			return err
		}
	}
	for _, dir := range t.imports {
		if err := t.use(ctx, dir); err != nil {
			return err
		}
	}
	// All that the commands need has been downloaded by now. The go command asks for every folder above theirs,
	// too, and only the trial's own proxy answers that without a network.
	t.env = append(t.env, "GOPROXY="+here)
	return t.install(ctx)
}

// environment is the process's own without what would steer git, the tools, or go away from the trial.
func environment(scratch string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "GIT_") || strings.HasPrefix(v, "TELNYX_") || strings.HasPrefix(v, "PORTING_")
	})
	return append(env,
		"GOWORK=off",
		"GOSUMDB=off",         // it doesn't know the trial's version; the go.sum files of the clone verify all else
		"GOFLAGS=-modcacherw", // so that forget can remove folders
		"GOBIN="+filepath.Join(scratch, "bin"),
		"GIT_AUTHOR_NAME=release", "GIT_AUTHOR_EMAIL=release@localhost",
		"GIT_COMMITTER_NAME=release", "GIT_COMMITTER_EMAIL=release@localhost",
	)
}

// modules lists the folders of the modules, the root first, since the others require it.
func (t *trial) modules() []string { return append([]string{"."}, t.nested...) }

// tag makes a module's tag in the clone, with what CONTRIBUTING.md says about the go.mod of a nested module.
func (t *trial) tag(ctx context.Context, dir string) error {
	var commands [][]string
	if dir == "." {
		commands = [][]string{{"go", "mod", "download"}}
	} else {
		commands = [][]string{
			{"go", "mod", "edit", "-dropreplace", t.root, "-require", t.root + "@" + t.version},
			{"go", "mod", "tidy"},
			{"git", "-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--all", "--message", "Require " + t.version},
		}
	}
	commands = append(commands, []string{"git", "-c", "tag.gpgsign=false", "tag", path.Join(dir, t.version)})
	for _, command := range commands {
		if _, err := t.run(ctx, path.Join("clone", dir), command...); err != nil {
			return t.explain(err, dir)
		}
	}
	return nil
}

// publish puts a module into the proxy as its tag has it.
func (t *trial) publish(ctx context.Context, dir string) error {
	tag := path.Join(dir, t.version)
	if _, err := t.run(ctx, "clone", "git", "checkout", "--quiet", "--detach", "refs/tags/"+tag); err != nil {
		return fmt.Errorf("%w\nEach module has a tag of its own: git tag %s", err, tag)
	}
	goMod, err := os.ReadFile(filepath.Join(t.clone, filepath.FromSlash(dir), "go.mod"))
	if err != nil {
		return err
	}
	if err := t.checkGoMod(dir, goMod); err != nil {
		return err
	}
	committed, err := t.run(ctx, "clone", "git", "log", "-1", "--format=%cI")
	if err != nil {
		return err
	}
	info, err := json.Marshal(map[string]string{"Version": t.version, "Time": strings.TrimSpace(committed)})
	if err != nil {
		return err
	}
	m := module.Version{Path: path.Join(t.root, dir), Version: t.version}
	versions := filepath.Join(t.proxy, filepath.FromSlash(m.Path), "@v")
	if err := os.MkdirAll(versions, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(versions, t.version+".zip"))
	if err != nil {
		return err
	}
	if err := errors.Join(zip.CreateFromVCS(file, m, t.clone, tag, strings.TrimPrefix(dir, ".")), file.Close()); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(versions, t.version+".mod"), goMod, 0o644),
		os.WriteFile(filepath.Join(versions, t.version+".info"), info, 0o644),
		os.WriteFile(filepath.Join(versions, "list"), []byte(t.version+"\n"), 0o644),
	)
}

// checkGoMod refuses a go.mod that works in the repository but not for users.
func (t *trial) checkGoMod(dir string, goMod []byte) error {
	name, tag := path.Join(dir, "go.mod"), path.Join(dir, t.version)
	file, err := modfile.Parse(name, goMod, nil)
	if err != nil {
		return err
	}
	if len(file.Replace) > 0 {
		r, version := file.Replace[0], "VERSION"
		if r.Old.Path == t.root {
			version = t.version
		}
		return fmt.Errorf("%s has a replace of %s at the tag %s. go install refuses such a module, and users' builds ignore the line.\n"+
			"Take it out and require a released version, before the tag is made:\n\n  go -C %s mod edit -dropreplace %s -require %s@%s",
			name, r.Old.Path, tag, dir, r.Old.Path, r.Old.Path, version)
	}
	for _, r := range file.Require {
		if r.Mod.Path == t.root && r.Mod.Version != t.version {
			return fmt.Errorf("%s requires %s of the root at the tag %s. Require the root of the same release, before the tag is made:\n\n"+
				"  go -C %s mod edit -require %s@%s", name, r.Mod.Version, tag, dir, t.root, t.version)
		}
	}
	return nil
}

// use builds and starts a user's program that imports the package of a module.
func (t *trial) use(ctx context.Context, dir string) error {
	m := path.Join(t.root, dir)
	user := path.Join("user", dir, "program")
	folder := filepath.Join(t.scratch, filepath.FromSlash(user))
	program := "package main\n\nimport _ \"" + m + "\"\n\nfunc main() {}\n"
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(program), 0o644); err != nil {
		return err
	}
	for _, command := range [][]string{
		{"go", "mod", "init", "example.com/user"},
		{"go", "mod", "edit", "-require", m + "@" + t.version},
		{"go", "mod", "tidy"},
		{"go", "run", "."},
	} {
		if _, err := t.run(ctx, user, command...); err != nil {
			return t.explain(err, dir)
		}
	}
	return nil
}

// install installs the commands as users do, in an empty folder, and runs them.
func (t *trial) install(ctx context.Context) error {
	if err := os.Mkdir(filepath.Join(t.scratch, "empty"), 0o755); err != nil {
		return err
	}
	for _, dir := range t.installs {
		if _, err := t.run(ctx, "empty", "go", "install", path.Join(t.root, dir)+"@"+t.version); err != nil {
			return t.explain(err, dir)
		}
	}
	t.env = append(t.env, "XDG_STATE_HOME="+filepath.Join(t.scratch, "state")) // where porting keeps its sandbox
	for _, r := range t.runs {
		command := append([]string{filepath.Join(t.scratch, "bin", r.command[0])}, r.command[1:]...)
		output, err := t.run(ctx, "empty", command...)
		if err != nil {
			return err
		}
		if !strings.Contains(output, r.says) {
			return fmt.Errorf("%s, as installed from %s, doesn't say %q:\n%s", strings.Join(r.command, " "), t.version, r.says, output)
		}
	}
	return nil
}

// explain says what can be missing in a tag although all is well in the repository's folder.
func (t *trial) explain(err error, dir string) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w\nUsers of %s get this. A tag has what is committed in the folder of its module, without links and without\n"+
		"the modules below it. Commit what is missing, or move it there", err, path.Join(t.root, dir))
}

// run runs a command in a folder of the trial and returns what it writes to its standard output.
func (t *trial) run(ctx context.Context, dir string, command ...string) (string, error) {
	line := strings.ReplaceAll(strings.Join(command, " "), t.scratch+string(filepath.Separator), "")
	began := time.Now()
	var stdout, stderr strings.Builder
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Dir = filepath.Join(t.scratch, filepath.FromSlash(dir))
	c.Env = t.env
	c.Stdout, c.Stderr = &stdout, &stderr
	c.WaitDelay = 10 * time.Second // for what the command has started itself
	err := c.Run()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("[%s] %s: %w\n\n%s%s", dir, line, err, stdout.String(), stderr.String())
	}
	fmt.Fprintf(t.out, "[%s] %s (%.1fs)\n", dir, line, time.Since(began).Seconds())
	return stdout.String(), nil
}

// forget removes the version from the module cache. The folders above stay, since another trial may be using them.
func (t *trial) forget(cache string) error {
	var errs []error
	for _, dir := range t.modules() {
		m := filepath.FromSlash(path.Join(t.root, dir))
		versions := filepath.Join(cache, "cache", "download", m, "@v")
		downloaded, err := filepath.Glob(filepath.Join(versions, t.version+".*"))
		errs = append(errs, err)
		for _, file := range append(downloaded, filepath.Join(cache, m+"@"+t.version)) {
			errs = append(errs, os.RemoveAll(file))
		}
		list := filepath.Join(versions, "list")
		if text, err := os.ReadFile(list); err == nil {
			errs = append(errs, os.WriteFile(list, []byte(strings.ReplaceAll(string(text), t.version+"\n", "")), 0o644))
		}
	}
	return errors.Join(errs...)
}
