package portingtest

import (
	"encoding/json"
	"slices"
	"time"
)

// state is all that a sandbox knows and remembers. It is plain data, so that it
// can be saved as JSON.
type state struct {
	Seed       uint64    `json:"seed"` // of ids, support keys and signatures
	Clock      time.Time `json:"clock"`
	Queue      []event   `json:"queue,omitempty"` // what the clock will bring, earliest first
	Scheduled  uint64    `json:"scheduled"`       // events so far
	IDs        uint64    `json:"ids"`             // ids given out
	Keys       uint64    `json:"keys"`            // support keys given out
	Requests   uint64    `json:"requests"`        // requests answered
	UserID     string    `json:"user_id"`         // the author of the user's comments
	Violations []string  `json:"violations,omitempty"`
	Doubles    []string  `json:"doubles,omitempty"` // what was done twice
	Waiting    []waiting `json:"waiting,omitempty"`
	Settings   settings  `json:"settings"`

	Drafts       records[draft]       `json:"-"` // a snapshot has them as lists
	PortRequests records[portRequest] `json:"-"`

	// FirstSeen is when a pending number was first mentioned.
	FirstSeen map[string]time.Time `json:"first_seen"`
	// Taken is why a number that is being ported, or was, can't be ported
	// again.
	Taken map[string]string `json:"taken"`
	// Scripts are those of numbers that are still to be submitted.
	Scripts map[string][]Step `json:"scripts"`

	Uploads map[string]upload `json:"uploads"` // by key prefix
	Objects map[string]object `json:"objects"` // what the storage holds, by key
}

// settings are the options that shape the answers.
type settings struct {
	Timings           Timings         `json:"timings"`
	Fates             map[string]Fate `json:"fates"` // by number; they come before the catalogue
	DocumentsOptional bool            `json:"documents_optional"`
	PINOptional       bool            `json:"pin_optional,omitzero"`
	FullUpdates       bool            `json:"full_updates,omitzero"`
	CheckLimit        checkLimit      `json:"check_limit,omitzero"`
	UploadKey         bool            `json:"upload_key"`
}

// checkLimit bounds the numbers of a portability check.
type checkLimit struct {
	Most   int `json:"most"` // 0: no bound
	Status int `json:"status"`
}

// records keeps things in order of creation and finds them by id.
type records[T any] struct {
	Order []string
	ByID  map[string]*T
}

func (r *records[T]) add(id string, record *T) {
	r.Order = append(r.Order, id)
	r.ByID[id] = record
}

func (r *records[T]) remove(id string) {
	r.Order = slices.DeleteFunc(r.Order, func(other string) bool { return other == id })
	delete(r.ByID, id)
}

// number is a number of a draft or of a port request.
type number struct {
	PhoneNumber  string `json:"phone_number"`
	Fate         Fate   `json:"fate"`
	SubRequestID string `json:"sub_request_id,omitempty"` // empty: in no sub request
}

type draft struct {
	ID            string             `json:"id"`
	CreatedAt     time.Time          `json:"created_at"`
	PortRequestID string             `json:"port_request_id,omitempty"` // empty until submitted
	Numbers       []number           `json:"phone_numbers"`
	SubRequests   []*draftSubRequest `json:"sub_requests"`
	Documents     []document         `json:"supporting_documents,omitempty"`
}

type draftSubRequest struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Numbers   []int     `json:"phone_numbers"` // indexes into the draft's numbers
	Details   details   `json:"details"`
}

type portRequest struct {
	ID          string        `json:"id"`
	SupportKey  string        `json:"support_key"`
	CreatedAt   time.Time     `json:"created_at"`
	UpdatedAt   time.Time     `json:"updated_at"`
	Numbers     []number      `json:"phone_numbers"`
	SubRequests []*subRequest `json:"sub_requests"`
	Documents   []document    `json:"supporting_documents,omitempty"`
	Comments    []comment     `json:"comments,omitempty"`
}

type subRequest struct {
	ID         string     `json:"id"`
	SupportKey string     `json:"support_key"`
	Status     string     `json:"status"`
	Behavior   Behavior   `json:"behavior,omitempty"` // what is still to come of it
	FOCDate    *time.Time `json:"foc_date"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	Numbers    []int      `json:"phone_numbers"` // indexes into the port request's numbers
	Details    details    `json:"details"`
	Rating     *int64     `json:"customer_rating"`
	RatingText *string    `json:"customer_rating_comment"`

	// CancelAsked tells whether the user has asked for the cancellation.
	CancelAsked bool `json:"cancel_asked,omitzero"`

	ScriptOf string `json:"script_of,omitempty"` // the number whose script it has, or had
	Steps    []Step `json:"steps,omitempty"`     // what the script has left
}

// details is what a user fills in. A nil field has no value. The fields are
// replaced, never changed in place, so that a copy of the struct is a copy. The
// JSON keys are those of the contract.
type details struct {
	FOCDateRequestedByUser  *time.Time     `json:"foc_date_requested_by_user"`
	PersonOrCompanyName     *string        `json:"person_or_company_name"`
	AuthPersonName          *string        `json:"auth_person_name"`
	BillingPhoneNumber      *string        `json:"billing_phone_number"`
	StreetAddress           *string        `json:"street_address"`
	ExtendedAddress         *string        `json:"extended_address"`
	Locality                *string        `json:"locality"`
	AdministrativeArea      *string        `json:"administrative_area"`
	PostalCode              *string        `json:"postal_code"`
	CountryCode             *string        `json:"country_code"`
	DefaultConnectionID     *string        `json:"default_connection_id"`
	DefaultMessageProfileID *string        `json:"default_message_profile_id"`
	PortingOption           *portingOption `json:"porting_option"`
	PINPasscode             *string        `json:"pin_passcode"`
	AccountNumber           *string        `json:"account_number"`
	Description             *string        `json:"description"` // no operation sets it
	TaxIdentifier           *string        `json:"tax_identifier"`
	BusinessIdentifier      *string        `json:"business_identifier"`
}

type portingOption struct {
	Type                   string  `json:"type"`
	RemainingNumbersAction *string `json:"remaining_numbers_action"`
	NewBillingPhoneNumber  *string `json:"new_billing_phone_number"`
}

type document struct {
	ID        string    `json:"id"`
	Key       string    `json:"key"` // of the object in the storage
	Type      string    `json:"document_type"`
	CreatedAt time.Time `json:"created_at"`
}

type comment struct {
	ID           string    `json:"id"`
	Body         string    `json:"body"`
	SubRequestID string    `json:"sub_request_id,omitempty"` // empty: the whole port request
	UserID       string    `json:"user_id,omitempty"`        // empty: the carrier
	CreatedAt    time.Time `json:"created_at"`
	SentAt       time.Time `json:"sent_at,omitzero"` // by the user
}

// upload is a form that was given out.
type upload struct {
	ContentType string `json:"content_type"`
}

// object is a file in the storage.
type object struct {
	ContentType string    `json:"content_type"`
	StoredAt    time.Time `json:"stored_at"`
	Data        []byte    `json:"data"`
}

// event is something that the clock brings: to a sub request an action, to a draft
// its end, or a request whose time has come.
type event struct {
	At            time.Time  `json:"at"`
	Seq           uint64     `json:"seq"` // of two at the same time, the lower comes first
	PortRequestID string     `json:"port_request_id,omitempty"`
	SubRequestID  string     `json:"sub_request_id,omitempty"`
	Action        string     `json:"action,omitempty"` // a status, or one of the other actions
	DraftID       string     `json:"draft_port_request_id,omitempty"`
	Request       *postponed `json:"request,omitempty"`
}

// postponed is a request that is handled later than it came. Its form and its
// credentials were right.
type postponed struct {
	Method string          `json:"method"`
	Target string          `json:"target"` // path and query
	Body   json.RawMessage `json:"body"`
	SentAt time.Time       `json:"sent_at"`
}

// waiting is a request that is handled after so many others.
type waiting struct {
	Left    int       `json:"left"`
	Request postponed `json:"request"`
}

// sandbox is the state with what it was made with. Its methods are called with
// the server's lock held.
type sandbox struct {
	state
	config     config
	storageURL string
	late       func(*postponed) // handleLate, which knows the routes, which know the rest

	ticked   time.Time // when a clock that runs by itself was last read
	fraction float64   // of a nanosecond that it was ahead then
}

func newSandbox(c config, storageURL string) *sandbox {
	b := &sandbox{config: c, storageURL: storageURL, ticked: time.Now()}
	b.state = state{
		Seed:         c.seed,
		Clock:        c.start,
		Settings:     c.settings,
		Drafts:       records[draft]{ByID: map[string]*draft{}},
		PortRequests: records[portRequest]{ByID: map[string]*portRequest{}},
		FirstSeen:    map[string]time.Time{},
		Taken:        map[string]string{},
		Scripts:      map[string][]Step{},
		Uploads:      map[string]upload{},
		Objects:      map[string]object{},
	}
	b.late = b.handleLate
	b.UserID = b.newID()
	return b
}
