package porting

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/numberporting/porting/internal/mask"
	"github.com/numberporting/porting/internal/transport"
)

// This file says what of a call is private, so that package mask can hide it where a
// text that isn't ours repeats it.

// newMask returns what hides the private parts of a call: its credentials, and the
// values of its query and body. It holds nothing of the caller's.
func newMask(out *transport.Outcome) mask.Mask {
	header, texts, isStorage := out.Call.Header, out.Call.Texts, out.Call.AnyHost
	urls := slices.Concat([]*url.URL{out.Call.URL}, out.Hops)
	headers := func(add func(string)) { addHeaders(header, add) }
	values := func(add func(string)) {
		for _, u := range urls {
			for pair := range strings.SplitSeq(u.RawQuery, "&") {
				key, value, _ := strings.Cut(pair, "=")
				if unescaped, err := url.QueryUnescape(value); err == nil {
					value = unescaped
				}
				if isStorage || !slices.Contains(loggedQuery, key) {
					addParts(value, add)
				}
			}
			if isStorage { // the path of a signed URL is private; one of the API's has ids
				addParts(strings.TrimPrefix(u.Path, "/"), add)
			}
		}
		if texts != nil {
			for text := range texts {
				addParts(text, add)
			}
		}
	}
	if isStorage { // a form or a URL that opens a document: all of it is secret
		return mask.Of(mask.Sent{Secrets: func(add func(string)) { headers(add); values(add) }})
	}
	return mask.Of(mask.Sent{Secrets: headers, Values: values, Words: apiWords()})
}

// plainHeaders have nothing to hide: the client's own that aren't credentials, and the
// ids that a gateway gives a request, which its answer repeats.
var plainHeaders = map[string]bool{
	"Accept": true, "Content-Type": true, "User-Agent": true,
	"X-Request-Id": true, "X-Correlation-Id": true,
}

// addHeaders adds each value of the headers, what follows a scheme such as "Bearer", and
// the parts of forms such as "user:token" and "name=value".
func addHeaders(header http.Header, add func(string)) {
	for key, values := range header {
		if plainHeaders[key] {
			continue
		}
		for _, value := range values {
			add(value)
			if _, rest, found := strings.Cut(value, " "); found {
				value = rest
				add(value)
			}
			for _, part := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" :;,", r) }) {
				_, after, _ := strings.Cut(part, "=")
				add(part)
				add(after)
				add(strings.Trim(after, `"`))
			}
		}
	}
}

// addParts adds a text, each of its lines, and the segments of what could be a path.
func addParts(text string, add func(string)) {
	add(text)
	if strings.Contains(text, "\n") {
		for line := range strings.Lines(text) {
			add(line)
		}
	}
	if strings.Contains(text, "/") && !strings.ContainsAny(text, " \t\r\n") {
		for segment := range strings.SplitSeq(text, "/") {
			if !strings.HasSuffix(segment, ":") { // as in https://
				add(segment)
			}
		}
	}
}

// apiWords are the API's own words: the values of its enumerations, the names of its
// fields, and the words that those are made of. A text that names them says nothing private.
var apiWords = sync.OnceValue(func() []string {
	words := strings.Fields(`
		pending confirmed provisional nanp_generic nanp_toll_free international invalid
		invalid_phone_number lrn_data_not_found no_coverage already_being_ported telnyx_number
		unassigned in-process submitted exception foc-date-confirmed ported cancelled cancel-pending
		partial full keep disconnect incomplete complete loa invoice csr other true false null`)
	names := strings.FieldsSeq(`
		account_number administrative_area auth_person_name billing_phone_number body business_identifier
		carrier_name complete count country_code coverage_category created_at customer_rating
		customer_rating_comment default_connection_id default_message_profile_id description document_type
		draft_port_request_id e164_number end extended_address foc_date foc_date_requested_by_user id
		include_phone_numbers include_sub_requests locality new_billing_phone_number non_portable_reason
		page per_page person_or_company_name phone_number phone_number_count phone_number_counts_by_status
		phone_numbers pin_passcode port_request_id portability_status portable porting_option postal_code
		raw_number remaining_numbers_action search start status street_address sub_request_id
		sub_request_status sub_requests support_key svtype tax_identifier type underlying_carrier_names
		updated_at url user_id content_type form_fields http_method`)
	for name := range names {
		words = append(append(words, name), strings.Split(name, "_")...)
	}
	return words
})

// requestID is the server's id of an answer, or the nearest to it, unless it repeats a
// credential that was sent.
func requestID(answer, sent http.Header) string {
	id := ""
	for _, key := range []string{"X-Request-Id", "X-Correlation-Id", "X-Amzn-Requestid", "X-Amz-Request-Id", "Cf-Ray"} {
		id = cmp.Or(id, answer.Get(key))
	}
	for _, key := range []string{"X-Api-User", "X-Api-Token", "Authorization"} {
		token := sent.Get(key)
		token = token[strings.LastIndexByte(token, ' ')+1:]
		if token != "" && strings.Contains(id, token) {
			return ""
		}
	}
	return id
}

// textOf returns a text or a number of a JSON value.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
