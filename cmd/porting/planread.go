package main

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/drafts"
	"github.com/numberporting/porting/workflow/intake/enduser"
)

// readPlan reads a plan with its secrets. A plan that a person wrote, as package drafts
// describes it, has them itself.
func readPlan(path string) (*drafts.Plan, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &exitError{codeUsage, err}
	}
	var keys map[string]json.RawMessage
	var file planFile
	err = json.Unmarshal(text, &keys)
	if _, plain := keys["sets"]; plain {
		file.Plan = new(drafts.Plan)
		err = json.Unmarshal(text, file.Plan)
	} else if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err == nil && file.Plan == nil {
		err = errors.New("it has no sets")
	}
	if err != nil {
		return nil, usagef("%s isn't a plan, which porting plan makes: %w", path, err)
	}
	if file.CSV.Path == "" {
		return file.Plan, nil
	}
	read, err := file.sets()
	if err != nil {
		return nil, err
	}
	secrets := map[string]drafts.Profiles{}
	for _, set := range read {
		for _, number := range set.Numbers {
			secrets[number] = set.Profiles
		}
	}
	for i := range file.Plan.Sets {
		if set := &file.Plan.Sets[i]; len(set.Numbers) > 0 {
			set.Profiles = reveal(set.Profiles, secrets[set.Numbers[0]])
		}
	}
	return file.Plan, nil
}

// reveal puts secrets in the place of [redacted].
func reveal(masked, whole drafts.Profiles) drafts.Profiles {
	one := func(masked, whole enduser.Profile) enduser.Profile {
		to, from := reflect.ValueOf(&masked).Elem(), reflect.ValueOf(whole)
		for i := range to.NumField() {
			if to.Field(i).Interface() == porting.Secret("[redacted]") {
				to.Field(i).Set(from.Field(i))
			}
		}
		return masked
	}
	masked.Default = one(masked.Default, whole.Default)
	for name, profile := range masked.Carriers {
		masked.Carriers[name] = one(profile, whole.Carriers[name])
	}
	for name, profile := range masked.Categories {
		masked.Categories[name] = one(profile, whole.Categories[name])
	}
	for id, profile := range masked.SubRequests {
		masked.SubRequests[id] = one(profile, whole.SubRequests[id])
	}
	return masked
}
