package transport

import (
	"errors"
	"net/url"
)

// clean takes the URL out of an error: a query can hold phone numbers, and a
// signed URL opens a document.
func clean(err error) error {
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		return clean(withURL.Err)
	}
	return err
}
