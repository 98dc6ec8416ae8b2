package archive_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
	"github.com/numberporting/porting/workflow/archive"
)

// TestSecretsInComments has the carrier name the account number, EX-100, and the PIN, 0000.
func TestSecretsInComments(t *testing.T) {
	t.Parallel()
	server := portingtest.NewServer()
	defer server.Close()
	id, _ := server.AddPortRequest("+12065550100")
	texts := [][2]string{
		{"EX-100", "[redacted]"},
		{"acct ex100, pin 0000!", "acct [redacted], pin [redacted]!"},
		{"E X.1 0-0 and (EX-100)", "[redacted] and ([redacted])"},
		{"EX-1000 and 00000 and aEX-100", "EX-1000 and 00000 and aEX-100"},
		{"+12065550100 is fine", "+12065550100 is fine"},
	}
	for _, text := range texts {
		server.AddComment(id, "", text[0])
	}
	dir := t.TempDir()
	_, err := archive.ToFolder(t.Context(), impatient(server), dir, []porting.PortRequestID{id}, onSandboxClock(server))
	require.NoError(t, err)
	var comments []porting.Comment
	require.NoError(t, json.Unmarshal([]byte(read(t, dir, string(id)+"/comments-20260302T090000Z.json")), &comments))
	require.Len(t, comments, len(texts))
	for i, text := range texts {
		assert.Equal(t, text[1], comments[i].Body)
	}
}
