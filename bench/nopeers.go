//go:build nopeers

package main

var peers []contender
