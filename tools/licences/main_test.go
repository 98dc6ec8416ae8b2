package main

import "testing"

func TestIdentify(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ text, want string }{
		"MIT":               {"Permission is hereby granted, free\n of charge, … The above copyright notice and this permission notice shall", "MIT"},
		"BSD":               {"Redistribution and use in source and binary forms … retain this list of conditions", "BSD"},
		"Apache":            {"   Apache License\n   Version 2.0, January 2004", "Apache-2.0"},
		"MPL names the GPL": {"Mozilla Public License, version 2.0 … \"Secondary License\" means the GNU General Public License, Version 2.0, the GNU Affero General Public License, Version 3.0", "MPL-2.0"},
		"GPL":               {"GNU GENERAL PUBLIC LICENSE\n  Version 3", "GPL"},
		"AGPL":              {"GNU AFFERO GENERAL PUBLIC LICENSE Version 3", "AGPL"},
		"business source":   {"Business Source License 1.1", "unknown"},
		"nothing":           {"", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := identify(test.text); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
