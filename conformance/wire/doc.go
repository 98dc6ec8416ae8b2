// Package wire tests what becomes of calls on connections that break, die or are refused, behind transports of the
// user's, and under load. It needs no validator, so another release of Go builds it quickly.
package wire
