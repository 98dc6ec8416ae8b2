package porting

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/numberporting/porting/internal/transport"
)

// DocumentsService handles the supporting documents of drafts and port requests: the
// LOA, the invoice and the like. Documents can be added to drafts only.
type DocumentsService struct{ client *Client }

// ownedRequest makes a request of the operation that fits the owner. The ids are those
// that follow the owner's in the route.
func ownedRequest(ofPort, ofDraft *Operation, owner DocumentOwner, ids ...string) (*request, error) {
	switch owner := owner.(type) {
	case PortRequestID:
		return &request{op: ofPort, ids: append([]string{string(owner)}, ids...)}, nil
	case DraftID:
		return &request{op: ofDraft, ids: append([]string{string(owner)}, ids...)}, nil
	}
	return nil, &ArgumentError{ofPort.Name, "owner", "must be a PortRequestID or a DraftID"}
}

// List returns the documents of a port request or a draft. For drafts, the route is
// known from another client of the API and the answer is inferred.
//
//	GET /origination/porting/port_requests/{port_request_id}/supporting_documents: safe
//	GET /origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents: safe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *DocumentsService) List(ctx context.Context, owner DocumentOwner) ([]SupportingDocument, error) {
	r, err := ownedRequest(opDocumentsList, opDraftDocumentsList, owner)
	if err != nil {
		return nil, err
	}
	return listAll[SupportingDocument](ctx, s.client, r.op, r.ids...)
}

// Get returns a document of a port request or a draft. For drafts, the route is known
// from another client of the API and the answer is inferred.
//
//	GET /origination/porting/port_requests/{port_request_id}/supporting_documents/{id}: safe
//	GET /origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents/{id}: safe
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *DocumentsService) Get(ctx context.Context, owner DocumentOwner, id DocumentID) (*SupportingDocument, error) {
	r, err := ownedRequest(opDocumentsGet, opDraftDocumentsGet, owner, string(id))
	if err != nil {
		return nil, err
	}
	return get[SupportingDocument](ctx, s.client, r)
}

// CreateDownloadLink returns a signed URL that opens the document for an hour,
// without credentials. [DocumentsService.Download] makes and uses one in one step.
//
//	POST /origination/porting/port_requests/{port_request_id}/supporting_documents/{id}/download_links: safe
//	POST /origination/porting/draft_port_requests/{draft_port_request_id}/supporting_documents/{id}/download_links: safe
//
// They are safe although they are POSTs, because a second link does no harm. For drafts,
// the route is known from another client of the API and the answer is inferred.
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *DocumentsService) CreateDownloadLink(ctx context.Context, owner DocumentOwner, id DocumentID) (*DownloadLink, error) {
	r, err := ownedRequest(opDocumentsCreateDownloadLink, opDraftDocumentsCreateDownloadLink, owner, string(id))
	if err != nil {
		return nil, err
	}
	return get[DownloadLink](ctx, s.client, r)
}

// storageDownload is the second step of a download; it isn't one of the API's operations.
var storageDownload = &Operation{Name: "Documents.Download", Method: http.MethodGet, Retry: RetrySafe}

// Download makes a download link and writes the document to w. It returns how many
// bytes it wrote. If it fails, they are not the whole document. The host of the link gets
// no credentials. Redirects are followed, but not from https to http. A failure before the
// first byte is retried; a later one isn't. The size has no bound but
// [WithMaxResponseBytes], and the time none but the context, [WithTimeout] and
// [WithTryTimeout].
//
// The first step is [DocumentsService.CreateDownloadLink], the second a GET of the link;
// both are safe.
//
// https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/
func (s *DocumentsService) Download(ctx context.Context, owner DocumentOwner, id DocumentID, w io.Writer) (int64, error) {
	c := s.client
	if w == nil {
		return 0, &ArgumentError{storageDownload.Name, "w", "is nil"}
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	link, err := s.CreateDownloadLink(ctx, owner, id)
	if err != nil {
		return 0, err
	}
	target, err := c.storageURL(link.URL)
	if err != nil {
		return 0, &DecodeError{Operation: opDocumentsCreateDownloadLink.Name, Field: "url", Err: err}
	}
	var n int64
	_, err = c.exchange(ctx, storageDownload, &transport.Call{
		Method:     storageDownload.Method,
		URL:        target,
		Header:     http.Header{"User-Agent": {c.config.product}},
		Repeatable: true,
		TryTimeout: c.config.tryTimeout,
		MaxBytes:   c.config.maxBytes,
		Stream:     true,
		AnyHost:    true,
	}, func(out *transport.Outcome) error {
		if out.StatusCode != http.StatusOK {
			return decodeError(storageDownload, out, "", errors.New("it is not the whole document"))
		}
		var err error
		if n, err = io.Copy(w, out.Stream); err != nil && out.Err == nil {
			return fmt.Errorf("porting: %s: writing the document: %w", storageDownload.Name, err)
		}
		return verdict(storageDownload, out)
	})
	return n, err
}

// storageURL reads the address of a storage host: https, or http if both this host and the
// API's may be reached over http.
func (c *Client) storageURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return nil, errors.New("not an absolute URL")
	case u.Scheme != "https" && (u.Scheme != "http" || !c.config.mayUsePlainHTTP(u.Hostname()) || !c.config.mayUsePlainHTTP(c.config.baseURL.Hostname())):
		return nil, errors.New("not an https URL")
	}
	return u, nil
}
