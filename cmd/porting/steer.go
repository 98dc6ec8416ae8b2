package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/numberporting/porting/portingtest"
)

// steer does something with the sandbox, after what has to be asked of it, and says what time it
// is there. The sandbox panics at what makes no sense, which is an error here.
func (t *tool) steer(cmd *cobra.Command, f func(*portingtest.Server) error, ask ...func(*world) error) (err error) {
	if hasCredentials() {
		return usagef("there are credentials in the environment: unset them to use the sandbox")
	}
	w, err := t.connect()
	if err != nil {
		return err
	}
	defer w.close()
	for _, ask := range ask {
		if err := ask(w); err != nil {
			return err
		}
	}
	err = w.box.do(cmd.Context(), func(s *portingtest.Server) (err error) {
		defer func() {
			if wrong := recover(); wrong != nil {
				err = usagef("%v", wrong)
			}
		}()
		return f(s)
	})
	if err != nil {
		return err
	}
	at := w.now().UTC().Format(time.RFC3339)
	if t.json {
		return t.printJSON(map[string]string{"file": w.box.path, "clock": at})
	}
	_, err = fmt.Fprintf(t.out, "the sandbox in %s: it is %s there\n", w.box.path, at)
	return err
}
