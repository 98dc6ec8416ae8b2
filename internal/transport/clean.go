package transport

import (
	"errors"
	"net/url"
)

// clean takes the URL out of an error: a query can hold phone numbers, and a
// signed URL opens a document.
func clean(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return clean(withURL.Err)
	}
	return err
}
