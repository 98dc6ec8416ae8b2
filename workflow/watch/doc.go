// Package watch follows port requests from the day they are submitted to the day they are
// ported.
package watch
