package portingtest

import (
	"fmt"

	"github.com/numberporting/porting"
)

// Client gives a client of the sandbox, with the right user and token. It
// panics if an option is wrong. Closing the sandbox closes the client's idle
// connections.
//
// The client waits between tries in real time, half a second or more: a test
// with faults is faster with [porting.WithRetry] and a MinWait and MaxWait of a
// millisecond. A Retry-After is waited all the same.
func (s *Server) Client(opts ...porting.Option) *porting.Client {
	own := []porting.Option{porting.WithBaseURL(s.URL())}
	if s.config.hostname != "" {
		own = append(own, porting.WithPlainHTTP(s.config.hostname))
	}
	opts = append(own, opts...)
	client, err := porting.NewClient(porting.UserToken(s.config.user, s.config.token), opts...)
	if err != nil {
		panic(fmt.Sprintf("portingtest: the client can't be made: %v", err))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closers = append(s.closers, client.CloseIdleConnections)
	return client
}
