package porting_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/numberporting/porting"
)

func TestSecretsAreRedactedInJSON(t *testing.T) {
	t.Parallel()
	for name, value := range secretive(t) {
		if _, isError := value.(error); isError {
			continue
		}
		data, err := json.Marshal(value)
		require.NoError(t, err, name)
		requireHushed(t, string(data), name)
	}
	data, err := json.Marshal(map[string]any{
		"secret": porting.Secret("1234"), "empty": porting.Secret(""), "set": porting.Set[porting.Secret]("1234"),
		"null": porting.Null[porting.Secret](),
	})
	require.NoError(t, err)
	assert.JSONEq(t, `{"empty":"","null":null,"secret":"[redacted]","set":"[redacted]"}`, string(data))
}
