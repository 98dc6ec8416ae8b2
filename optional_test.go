package porting_test

import (
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"io"
	"runtime"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/numberporting/porting"
)

func TestOptional(t *testing.T) {
	t.Parallel()
	type holder struct {
		Text  porting.Optional[string]         `json:"text,omitzero"`
		Count porting.Optional[int]            `json:"count,omitzero"`
		Flag  porting.Optional[bool]           `json:"flag,omitzero"`
		List  porting.Optional[[]string]       `json:"list,omitzero"`
		Deep  porting.Optional[map[string]int] `json:"deep,omitzero"`
	}
	tests := []struct {
		name string
		v    holder
		want string
	}{
		{"unset", holder{}, `{}`},
		{"null", holder{Text: porting.Null[string](), Count: porting.Null[int](), Flag: porting.Null[bool]()}, `{"text":null,"count":null,"flag":null}`},
		{"zero", holder{Text: porting.Set(""), Count: porting.Set(0), Flag: porting.Set(false)}, `{"text":"","count":0,"flag":false}`},
		{"set", holder{Text: porting.Set("a"), Count: porting.Set(-5), Flag: porting.Set(true), List: porting.Set([]string{"a"}), Deep: porting.Set(map[string]int{"a": 1})}, `{"text":"a","count":-5,"flag":true,"list":["a"],"deep":{"a":1}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, err := json.Marshal(tt.v)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(data))
			assert.Equal(t, tt.want, sentAs(t, tt.v))

			var mine, own holder
			require.NoError(t, json.Unmarshal(data, &mine))
			assert.Equal(t, tt.v, mine)
			require.NoError(t, clientOf(t, "GET", "/a", answer(200, tt.want)).Do(t.Context(), "GET", "/a", nil, nil, &own))
			assert.Equal(t, tt.v, own)
		})
	}

	set, null, unset := porting.Set(0), porting.Null[int](), porting.Optional[int]{}
	assert.Equal(t, []bool{false, false, true}, []bool{set.IsZero(), null.IsZero(), unset.IsZero()})
	assert.Equal(t, []bool{false, true, false}, []bool{set.IsNull(), null.IsNull(), unset.IsNull()})
	for want, o := range map[bool]porting.Optional[int]{true: set, false: null} {
		_, ok := o.Get()
		assert.Equal(t, want, ok)
	}
	v, ok := porting.Set("a").Get()
	assert.True(t, ok)
	assert.Equal(t, "a", v)

	over := porting.Set("a")
	require.NoError(t, json.Unmarshal([]byte("null"), &over))
	assert.Equal(t, porting.Null[string](), over, "null clears the value, too")
	require.Error(t, json.Unmarshal([]byte("5"), &over))
	require.Error(t, json.Unmarshal([]byte(`"a"`), &set))
}

// TestOptionalInOtherFormats fails where a format would lose the value, and leaves out what is unset where it can.
func TestOptionalInOtherFormats(t *testing.T) {
	t.Parallel()
	type holder struct {
		Text   porting.Optional[string]                `yaml:"text,omitempty" xml:"text"`
		Option porting.Optional[porting.PortingOption] `yaml:"option,omitempty" xml:"option"`
	}
	values := map[string]holder{
		"set":    {Text: porting.Set("a")},
		"struct": {Option: porting.Set(porting.PortingOption{Type: "full"})},
		"null":   {Text: porting.Null[string]()},
	}
	for name, v := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := yaml.Marshal(v)
			require.ErrorContains(t, err, "Optional", "YAML")
			_, err = xml.Marshal(v)
			require.ErrorContains(t, err, "Optional", "XML")
			require.ErrorContains(t, gob.NewEncoder(io.Discard).Encode(v), "Optional", "gob")
		})
	}
	text, err := yaml.Marshal(holder{})
	require.NoError(t, err)
	assert.Equal(t, "{}\n", string(text))
	_, err = yaml.Marshal(porting.SubRequestUpdate{Locality: porting.Set("Chicago")})
	require.ErrorContains(t, err, "Optional")

	for _, text := range []string{"text: a", "text: {a: b}", "option: {type: full}", "option: [a]"} {
		require.ErrorContains(t, yaml.Unmarshal([]byte(text), new(holder)), "Optional", text)
	}
	var null holder
	require.NoError(t, yaml.Unmarshal([]byte("text: null"), &null))
	assert.Equal(t, holder{}, null, "YAML doesn't ask")
	require.ErrorContains(t, xml.Unmarshal([]byte("<holder><text>a</text></holder>"), new(holder)), "Optional")
}

// TestOptionalRefusesUnknownMembers follows what the caller's decoder was told.
func TestOptionalRefusesUnknownMembers(t *testing.T) {
	t.Parallel()
	const text = `{"porting_option":{"type":"full","unheard_of":1}}`
	want := porting.SubRequestUpdate{PortingOption: porting.Set(porting.PortingOption{Type: "full"})}

	var lenient porting.SubRequestUpdate
	require.NoError(t, json.Unmarshal([]byte(text), &lenient))
	assert.Equal(t, want, lenient)
	lenient = porting.SubRequestUpdate{}
	require.NoError(t, jsonv2.Unmarshal([]byte(text), &lenient))
	assert.Equal(t, want, lenient)

	err := jsonv2.Unmarshal([]byte(text), new(porting.SubRequestUpdate), jsonv2.RejectUnknownMembers(true))
	require.ErrorContains(t, err, "unheard_of", "encoding/json/v2")
	if strings.HasPrefix(runtime.Version(), "go1.26") {
		return // its encoding/json doesn't tell an UnmarshalJSON method
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	require.ErrorContains(t, d.Decode(new(porting.SubRequestUpdate)), "unheard_of", "encoding/json")
}
