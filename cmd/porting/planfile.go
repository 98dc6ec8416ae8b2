package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/intake"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// A planFile is what plan writes and apply reads. Its plan has [redacted] in place of
// PINs and account numbers: apply takes them from the files that the plan was made of, which
// must not have changed since.
type planFile struct {
	CSV      source         `json:"csv"`
	Profiles source         `json:"profiles,omitzero"`
	Region   string         `json:"region"`
	Ranges   int            `json:"ranges,omitzero"`
	Plan     *drafts.Plan   `json:"plan"`
	Read     *intake.Report `json:"-"`
}

// A source is a file as it was when the plan was made.
type source struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// load reads the file. One that isn't what it was is an error.
func (s *source) load() ([]byte, error) {
	if s.Path == "" {
		return nil, nil
	}
	content, err := os.ReadFile(s.Path)
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	if err == nil && s.SHA256 != "" && s.SHA256 != digest {
		err = usagef("%s has changed since the plan was made: plan again", s.Path)
	}
	s.SHA256 = digest
	return content, err
}

// sets reads the CSV file and the profiles, and makes a set of the numbers of each end
// user. It has all secrets.
func (f *planFile) sets() ([]drafts.Set, error) {
	table, err := f.CSV.load()
	if err != nil {
		return nil, err
	}
	given, err := f.Profiles.load()
	var shared drafts.Profiles
	if len(given) > 0 && err == nil {
		if err = json.Unmarshal(given, &shared); err != nil {
			err = usagef("%s: %w", f.Profiles.Path, err)
		}
	}
	if err != nil {
		return nil, err
	}
	f.Read, err = intake.Collect(intake.CSV(bytes.NewReader(table), &intake.Options{Region: f.Region, Ranges: f.Ranges}))
	if err != nil {
		return nil, err
	}
	var sets []drafts.Set
	places := map[*enduser.Profile]int{}
	for _, number := range f.Read.Numbers {
		place, known := places[number.Profile]
		if !known {
			place, places[number.Profile] = len(sets), len(sets)
			set := drafts.Set{Profiles: shared}
			if number.Profile != nil {
				set.Profiles.Default = overlay(shared.Default, *number.Profile)
			}
			set.Name = fmt.Sprintf("line %d", number.Place.Line)
			if company := set.Profiles.Default.PersonOrCompanyName; company != "" {
				set.Name = fmt.Sprintf("%s (%s)", company, set.Name)
			}
			sets = append(sets, set)
		}
		sets[place].Numbers = append(sets[place].Numbers, number.E164)
	}
	return sets, nil
}

// overlay puts the fields that one profile gives over those of another.
func overlay(under, over enduser.Profile) enduser.Profile {
	to, from := reflect.ValueOf(&under).Elem(), reflect.ValueOf(over)
	for i := range from.NumField() {
		if !from.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
	return under
}
