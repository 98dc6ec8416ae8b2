package main

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting/portingtest"
)

// TestMain is the script itself where a test runs it as a process.
func TestMain(m *testing.M) {
	if os.Getenv("PORTING_TEST_IS_SCRIPT") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestScript(t *testing.T) {
	t.Parallel()
	account := portingtest.NewServer()
	t.Cleanup(account.Close)
	account.AddPortRequest("+13125550100")
	given := []string{"TELNYX_API_USER=" + portingtest.User, "TELNYX_API_TOKEN=" + portingtest.Token, "PORTING_BASE_URL=" + account.URL()}
	tests := []struct {
		name    string
		numbers []string
		env     []string
		out     string
		errOut  string
		code    int
	}{
		{"on the sandbox", []string{"+13125550100", "+13125550182"}, nil, "+13125550100 true \n+13125550182 false no_coverage\n", "asking a sandbox", 0},
		{"no numbers", nil, nil, "", "phone_numbers", 2},
		{"an account", []string{"+13125550100"}, given, "+13125550100 false already_being_ported\n", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			self, err := os.Executable()
			require.NoError(t, err)
			cmd := exec.CommandContext(t.Context(), self, test.numbers...)
			cmd.Env = append([]string{"PORTING_TEST_IS_SCRIPT=1"}, test.env...)
			var errOut bytes.Buffer
			cmd.Stderr = &errOut
			out, _ := cmd.Output()
			assert.Equal(t, test.out, string(out))
			assert.Contains(t, errOut.String(), test.errOut)
			assert.Equal(t, test.code, cmd.ProcessState.ExitCode())
		})
	}
}
