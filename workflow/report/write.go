package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
)

var (
	//go:embed page.html.tmpl
	pageTemplate string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string

	page = template.Must(template.New("page").Parse(pageTemplate))

	// policy lets the page's own style and script run, and nothing else: no request of any
	// kind. The icon is a data URL.
	policy = "default-src 'none'; style-src " + hashOf(pageStyle) + "; script-src " + hashOf(pageScript) +
		"; img-src data:; base-uri 'none'; form-action 'none'"
)

// hashOf names a style or a script in a security policy.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Write writes the page of ports: one HTML file in UTF-8, which needs no other. The ports are
// shown in the order of urgency, whatever theirs is.
func Write(w io.Writer, ports []Port, opts *Options) error {
	o, err := opts.withDefaults("report.Write")
	if err != nil {
		return err
	}
	return write(w, ports, o, false)
}

// write writes the page. A live one has a link that loads it anew.
func write(w io.Writer, ports []Port, o *Options, live bool) error {
	out := bufio.NewWriter(w)
	v := viewOf(ports, o)
	v.Live = live
	v.Policy, v.Style, v.Script = policy, template.CSS(pageStyle), template.JS(pageScript)
	if err := page.Execute(out, v); err != nil {
		return err
	}
	return out.Flush()
}
