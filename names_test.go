package porting_test

import (
	"context"
	"net"
	"strings"
	"sync"
)

// A nameServer knows that every name under .invalid is 127.0.0.1, unless it is told otherwise.
type nameServer struct {
	net.PacketConn
	mutex     sync.Mutex
	forgotten map[string]bool   // names that it doesn't know, once
	mute      map[string]func() // names about which it says nothing; it calls the function
}

// No test asks another name server than this one.
func init() {
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", names().LocalAddr().String())
	}}
}

// names is the name server of all tests.
var names = sync.OnceValue(func() *nameServer {
	conn, err := new(net.ListenConfig).ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s := &nameServer{PacketConn: conn, forgotten: map[string]bool{}, mute: map[string]func(){}}
	go s.serve()
	return s
})

// forget answers the next question for a name with NXDOMAIN.
func (s *nameServer) forget(name string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.forgotten[name] = true
}

// silence answers no question for a name, but calls asked.
func (s *nameServer) silence(name string, asked func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.mute[name] = asked
}

// ask tells whether a name's address is known, and what to call instead of an answer.
func (s *nameServer) ask(name string) (known bool, asked func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	forgotten := s.forgotten[name]
	delete(s.forgotten, name)
	return strings.HasSuffix(name, ".invalid") && !forgotten, s.mute[name]
}

// serve answers the questions that come, as RFC 1035 has it.
func (s *nameServer) serve() {
	const typeA, head, tail = 1, 12, 4 // a question has a head before it, and type and class behind the name
	buffer := make([]byte, 1<<10)
	for {
		n, from, err := s.ReadFrom(buffer)
		if err != nil {
			return
		}
		var labels []string
		end := head
		for buffer[end] != 0 {
			next := end + 1 + int(buffer[end])
			labels = append(labels, string(buffer[end+1:next]))
			end = next
		}
		end += 1 + tail
		if end > n {
			continue
		}
		answer := append([]byte{buffer[0], buffer[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, buffer[head:end]...)
		if buffer[end-3] == typeA { // there is nothing of another type
			known, asked := s.ask(strings.Join(labels, "."))
			switch {
			case asked != nil:
				asked()
				continue
			case known:
				answer[7] = 1 // answers
				answer = append(answer, 0xc0, head, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
			default:
				answer[3] |= 3 // NXDOMAIN
			}
		}
		_, _ = s.WriteTo(answer, from)
	}
}
