package main

import (
	"embed"
	"io"
)

// sample has files like those that the program takes. The person, the numbers and the
// account are invented.
//
//go:embed sample
var sample embed.FS

func openSample(path string) (io.ReadCloser, error) { return sample.Open(path) }
