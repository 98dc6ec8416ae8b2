package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func (t *tool) env() *cobra.Command {
	return &cobra.Command{
		Use:   "env",
		Short: "Say which account and which server the other commands would use",
		Long: "Env says which credentials and which server the other commands would use, and shows none\n" +
			"of the credentials. Nothing is asked of the server.",
		Example: "  porting env",
		Args:    wants(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			w, err := t.connect()
			if err != nil {
				return err
			}
			defer w.close()
			answer := struct {
				World       string   `json:"world"`
				Credentials []string `json:"credentials"`
				BaseURL     string   `json:"base_url,omitempty"`
				SandboxFile string   `json:"sandbox_file,omitempty"`
			}{World: "sandbox", Credentials: []string{}}
			if w.box != nil {
				answer.SandboxFile = w.box.path
			} else {
				answer.World, answer.Credentials, answer.BaseURL = "real", credentialNames(), os.Getenv("PORTING_BASE_URL")
				if answer.BaseURL == "" {
					answer.BaseURL = "https://api.telnyx.com"
				}
			}
			if t.json {
				return t.printJSON(answer)
			}
			if w.box != nil {
				fmt.Fprintf(t.out, "the sandbox in %s\n", w.box.path)
				return nil
			}
			fmt.Fprintf(t.out, "the API at %s, with %v\n", answer.BaseURL, answer.Credentials)
			return nil
		},
	}
}

// credentialNames lists the variables that the client takes the credentials from.
func credentialNames() []string {
	switch {
	case os.Getenv("TELNYX_API_USER") != "":
		return []string{"TELNYX_API_USER", "TELNYX_API_TOKEN"}
	case os.Getenv("TELNYX_API_TOKEN") != "":
		return []string{"TELNYX_API_TOKEN"}
	}
	return []string{"TELNYX_API_KEY"}
}
