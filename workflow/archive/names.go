package archive

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"github.com/numberporting/porting"
)

// Only these letters are in the names of an archive's files. They mean nothing to any file
// system, to a shell or to sha256sum.
var (
	otherLetters = regexp.MustCompile(`[^A-Za-z0-9_-]+`)
	plainID      = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	extension    = regexp.MustCompile(`^\.[A-Za-z0-9]{1,8}$`)
)

// documentName is the name of a document's file: its type, its id, and the extension of its
// key in storage, if it has one. The rest of the key isn't in it, since it is what somebody
// has called a file: it can name a customer.
func documentName(d *porting.SupportingDocument) string {
	kind := otherLetters.ReplaceAllString(strings.ToLower(string(d.DocumentType)), "_")
	kind = cmp.Or(strings.Trim(kind[:min(len(kind), 32)], "_-"), "document")
	name := kind + "-" + cleanID(string(d.ID))
	if ext := path.Ext(d.Body); extension.MatchString(ext) {
		name += strings.ToLower(ext)
	}
	return name
}

// cleanID returns an id as a name. Different ids have different names, also where upper and
// lower case are the same: one that isn't plain is followed by its hash.
func cleanID(id string) string {
	if plainID.MatchString(id) {
		return id
	}
	clean := strings.Trim(otherLetters.ReplaceAllString(id, "_"), "_-")
	return cmp.Or(clean[:min(len(clean), 40)], "id") + "-" + sumOf([]byte(id))[:16]
}
