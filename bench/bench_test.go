package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

func TestMain(m *testing.M) {
	serveIfAsked()
	os.Exit(m.Run())
}

// BenchmarkWork does each work with the floor and with ours: for profiles, and for
// figures that no ratio shows.
func BenchmarkWork(b *testing.B) {
	e := open(b)
	for _, w := range works {
		for _, c := range []contender{floor, ours} {
			b.Run(w.name+"/"+c.name, func(b *testing.B) {
				opened := mustOpen(b, &w, c, e)
				b.ReportAllocs()
				for b.Loop() {
					require.NoError(b, w.do(b.Context(), opened))
				}
			})
		}
	}
}

// open returns the servers, which the test's end closes.
func open(tb testing.TB) *env {
	tb.Helper()
	e, err := newEnv(tb.Context())
	require.NoError(tb, err)
	tb.Cleanup(e.close)
	return e
}

func mustOpen(tb testing.TB, w *work, c contender, e *env) client {
	tb.Helper()
	opened, err := w.open(c, e)
	require.NoError(tb, err, c.name)
	return opened
}

func workNamed(tb testing.TB, name string) *work {
	tb.Helper()
	for i := range works {
		if works[i].name == name {
			return &works[i]
		}
	}
	require.FailNow(tb, "no such work", name)
	return nil
}

// TestContenders checks that all contenders read the same.
func TestContenders(t *testing.T) {
	t.Parallel()
	e := open(t)
	for _, c := range append([]contender{floor}, contenders...) {
		for _, name := range []string{"get", "get-10k", "pages", "check", "memory-get", "memory-pages", "memory-check"} {
			w := workNamed(t, name)
			assert.NoError(t, w.do(t.Context(), mustOpen(t, w, c, e)), "%s: %s", c.name, name)
		}
	}
	for _, c := range watched {
		assert.NoError(t, watchedWork.do(t.Context(), mustOpen(t, &watchedWork, c, e)), c.name)
	}
}

// TestModelsReadTheSame checks that neither our models nor the floor's leave anything out
// that the other reads.
func TestModelsReadTheSame(t *testing.T) {
	t.Parallel()
	p := newPayloads()
	compare := func(body []byte, theirs, ours any) {
		require.NoError(t, json.Unmarshal(body, theirs))
		require.NoError(t, json.Unmarshal(body, ours))
		assert.Equal(t, leaves(t, theirs), leaves(t, ours))
	}
	compare(p.small, new(portRequest), new(porting.PortRequest))
	compare(p.pages[0], new([]portRequest), new([]porting.PortRequest))
	compare(p.check, new(checkAnswer), new([]struct {
		PhoneNumbers []porting.PortabilityResult `json:"phone_numbers"`
	}))
}

// leaves are the texts, numbers and booleans of a model as JSON, by their paths. Secrets
// are not written as they are.
func leaves(t *testing.T, model any) map[string]string {
	t.Helper()
	data, err := json.Marshal(model)
	require.NoError(t, err)
	var value any
	require.NoError(t, json.Unmarshal(data, &value))
	found := map[string]string{}
	secret := regexp.MustCompile(`_passcode$|account_number$|_identifier$`)
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for key, member := range value {
				walk(path+"."+key, member)
			}
		case []any:
			for i, item := range value {
				walk(fmt.Sprint(path, ".", i), item)
			}
		case nil:
		default:
			if found[path] = fmt.Sprint(value); found[path] == "" {
				delete(found, path) // as if it were left out
			} else if secret.MatchString(path) {
				found[path] = "[redacted]"
			}
		}
	}
	walk("", value)
	require.NotEmpty(t, found)
	return found
}

// TestPayloads checks that the bodies are as long as the table says.
func TestPayloads(t *testing.T) {
	t.Parallel()
	p := newPayloads()
	assert.InDelta(t, 4096, len(p.small), 200)
	assert.InDelta(t, 2.4e6, len(p.large), 5e4)
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	assert.Equal(t, figure{3, 1}, summarise([]float64{5, 1, 3, 2, 4}))
	assert.Equal(t, figure{1.5, 0.25}, summarise([]float64{1, 2}))
	assert.Equal(t, "1.50 ±0.25", figure{1.5, 0.25}.String())
	assert.Equal(t, "7.00", summarise([]float64{7}).String())
}
