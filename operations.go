package porting

// An Operation is one row of the API: what a method of a service sends, and what
// may be done when its answer is lost.
type Operation struct {
	Name   string     // the Go method, such as "Drafts.Create"; some methods have several routes
	Method string     // the HTTP method
	Route  string     // the path, with parameters in braces
	Retry  RetryClass // whether it is sent again
	Doc    string     // its documentation page

	// Check says what to look at after an [OutcomeUnknownError]. It is empty for
	// operations that can be repeated, which never return one.
	Check string
}

// A RetryClass says when an operation is sent again after a try that failed: "safe",
// "idempotent" or "unsafe".
type RetryClass string

const (
	// RetrySafe operations change nothing, or only what does no harm if it is done twice, as
	// making a download link. They are sent again after 408, 429, any 5xx but 501 and
	// 505, and network errors.
	RetrySafe RetryClass = "safe"
	// RetryIdempotent operations leave the same state however often they are sent.
	// They are sent again in the same cases.
	RetryIdempotent RetryClass = "idempotent"
	// RetryUnsafe operations would act twice if they were sent twice. They are sent again
	// only after a 429, and after a try that the server provably didn't process.
	RetryUnsafe RetryClass = "unsafe"
)

// Operations returns the table of the API's operations, in the order of its
// documentation. It is a copy. Metrics and tests can be built from it.
func Operations() []Operation {
	ops := make([]Operation, len(operations))
	for i, op := range operations {
		ops[i] = *op
	}
	return ops
}

const (
	apiRoot       = "/origination/porting"
	portRequest   = apiRoot + "/port_requests/{port_request_id}"
	portSubs      = portRequest + "/sub_requests"
	portDocuments = portRequest + "/supporting_documents"
	drafts        = apiRoot + "/draft_port_requests"
	draftSubs     = drafts + "/{draft_port_request_id}/sub_requests"
	draftDocs     = drafts + "/{draft_port_request_id}/supporting_documents"

	docTag = "https://developers.telnyx.com/openapi/v1/full_reference/mission_control_docs/tag/Number-Porting/"
	docOf  = "https://developers.telnyx.com/api/v1/mission-control/"

	findNumbers = "search the drafts and the port requests for the numbers before creating another draft"
	readDraft   = "Drafts.Submitted tells whether it went through"
	readSub     = "get the sub request: status \"cancel-pending\" or \"cancelled\" means that it went through"
	readComment = "list the comments of the port request before writing it again"
	readDocs    = "list the documents of the draft before uploading again"
)

var (
	opPortabilityCheck = &Operation{"Portability.Check", "POST", apiRoot + "/portability_checks", RetrySafe, docOf + "run-portability-check", ""}

	opPortRequestsList = &Operation{"PortRequests.List", "GET", apiRoot + "/port_requests", RetrySafe, docOf + "find-port-requests", ""}
	opPortRequestsGet  = &Operation{"PortRequests.Get", "GET", apiRoot + "/port_requests/{id}", RetrySafe, docTag, ""}

	opSubRequestsList            = &Operation{"SubRequests.List", "GET", portSubs, RetrySafe, docOf + "find-port-request-subrequests", ""}
	opSubRequestsGet             = &Operation{"SubRequests.Get", "GET", portSubs + "/{id}", RetrySafe, docTag, ""}
	opSubRequestsUpdate          = &Operation{"SubRequests.Update", "PUT", portSubs + "/{id}", RetryIdempotent, docOf + "update-port-request-subrequest", ""}
	opSubRequestsAllowedFOCDates = &Operation{"SubRequests.AllowedFOCDates", "GET", portSubs + "/{id}/allowed_foc_dates", RetrySafe, docOf + "get-allowed-foc-dates", ""}
	opSubRequestsCancel          = &Operation{"SubRequests.Cancel", "POST", portSubs + "/{id}/cancellation", RetryUnsafe, docOf + "post-cancellation", readSub}

	opCommentsList   = &Operation{"Comments.List", "GET", portRequest + "/comments", RetrySafe, docTag, ""}
	opCommentsCreate = &Operation{"Comments.Create", "POST", portRequest + "/comments", RetryUnsafe, docTag, readComment}

	opDocumentsList               = &Operation{"Documents.List", "GET", portDocuments, RetrySafe, docTag, ""}
	opDocumentsGet                = &Operation{"Documents.Get", "GET", portDocuments + "/{id}", RetrySafe, docTag, ""}
	opDocumentsCreateDownloadLink = &Operation{"Documents.CreateDownloadLink", "POST", portDocuments + "/{id}/download_links", RetrySafe, docTag, ""}

	opDraftsList             = &Operation{"Drafts.List", "GET", drafts, RetrySafe, docOf + "find-draft-port-requests", ""}
	opDraftsCreate           = &Operation{"Drafts.Create", "POST", drafts, RetryUnsafe, docTag, findNumbers}
	opDraftsGet              = &Operation{"Drafts.Get", "GET", drafts + "/{id}", RetrySafe, docTag, ""}
	opDraftsSubmit           = &Operation{"Drafts.Submit", "POST", drafts + "/{id}/submit", RetryUnsafe, docOf + "submit-draft-port-request", readDraft}
	opDraftsListSubRequests  = &Operation{"Drafts.ListSubRequests", "GET", draftSubs, RetrySafe, docTag, ""}
	opDraftsGetSubRequest    = &Operation{"Drafts.GetSubRequest", "GET", draftSubs + "/{id}", RetrySafe, docOf + "get-draft-sub-request", ""}
	opDraftsUpdateSubRequest = &Operation{"Drafts.UpdateSubRequest", "PUT", draftSubs + "/{id}", RetryIdempotent, docOf + "update-draft-sub-request", ""}
	opDraftsAllowedFOCDates  = &Operation{"Drafts.AllowedFOCDates", "GET", draftSubs + "/{id}/allowed_foc_dates", RetrySafe, docTag, ""}

	opDraftDocumentsList               = &Operation{"Documents.List", "GET", draftDocs, RetrySafe, docTag, ""}
	opDraftDocumentsCreate             = &Operation{"Documents.Upload", "POST", draftDocs, RetryUnsafe, docOf + "create-draft-port-request-supporting-document", readDocs}
	opDraftDocumentsGet                = &Operation{"Documents.Get", "GET", draftDocs + "/{id}", RetrySafe, docTag, ""}
	opDraftDocumentsCreateDownloadLink = &Operation{"Documents.CreateDownloadLink", "POST", draftDocs + "/{id}/download_links", RetrySafe, docTag, ""}

	opUploadRequestsCreate = &Operation{"Documents.Upload", "POST", "/files/upload_requests", RetrySafe, docOf + "create-draft-port-request-supporting-document", ""}
)

// operations is the table in the order of the API's documentation.
var operations = []*Operation{
	opPortabilityCheck,
	opPortRequestsList, opPortRequestsGet,
	opSubRequestsList, opSubRequestsGet, opSubRequestsUpdate, opSubRequestsAllowedFOCDates, opSubRequestsCancel,
	opCommentsList, opCommentsCreate,
	opDocumentsList, opDocumentsGet, opDocumentsCreateDownloadLink,
	opDraftsList, opDraftsCreate, opDraftsGet, opDraftsSubmit,
	opDraftsListSubRequests, opDraftsGetSubRequest, opDraftsUpdateSubRequest, opDraftsAllowedFOCDates,
	opDraftDocumentsList, opDraftDocumentsCreate, opDraftDocumentsGet, opDraftDocumentsCreateDownloadLink,
	opUploadRequestsCreate,
}
