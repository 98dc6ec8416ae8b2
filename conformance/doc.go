// Package conformance holds a description of the API in OpenAPI 3.1, and the tests that keep it, the client's types
// and the sandbox in agreement. It is a module of its own, so that nobody who uses the client downloads a validator.
package conformance
