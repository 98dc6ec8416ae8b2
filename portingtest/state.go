package portingtest

import "time"

// state is all that a sandbox knows and remembers. It is plain data, so that it
// can be saved as JSON.
type state struct {
	Seed       uint64 // of ids, support keys and signatures
	Clock      time.Time
	Queue      []event // what the clock will bring, earliest first
	Scheduled  uint64  // events so far
	IDs        uint64  // ids given out
	Keys       uint64  // support keys given out
	Requests   uint64  // requests answered
	UserID     string  // the author of the user's comments
	Violations []string

	Drafts       records[draft]
	PortRequests records[portRequest]

	// FirstSeen is when a pending number was first mentioned.
	FirstSeen map[string]time.Time
	// Taken is why a number that is being ported, or was, can't be ported
	// again.
	Taken map[string]string

	Uploads map[string]upload // by key prefix
	Objects map[string]object // what the storage holds, by key
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

// number is a number of a draft or of a port request.
type number struct {
	PhoneNumber  string
	Facts        facts
	SubRequestID string // empty: in no sub request
}

type draft struct {
	ID            string
	CreatedAt     time.Time
	PortRequestID string // empty until submitted
	Numbers       []number
	SubRequests   []*draftSubRequest
	Documents     []document
}

type draftSubRequest struct {
	ID        string
	CreatedAt time.Time
	Numbers   []int // indexes into the draft's numbers
	Details   details
}

type portRequest struct {
	ID          string
	SupportKey  string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Numbers     []number
	SubRequests []*subRequest
	Documents   []document
	Comments    []comment
}

type subRequest struct {
	ID         string
	SupportKey string
	Status     string
	FOCDate    *time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Numbers    []int // indexes into the port request's numbers
	Details    details
	Rating     *int64
	RatingText *string
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
	ID        string
	Key       string // of the object in the storage
	Type      string
	CreatedAt time.Time
}

type comment struct {
	ID           string
	Body         string
	SubRequestID string // empty: the whole port request
	UserID       string // empty: the carrier
	CreatedAt    time.Time
}

// upload is a form that was given out.
type upload struct {
	ContentType string
}

// object is a file in the storage.
type object struct {
	ContentType string
	StoredAt    time.Time
	Data        []byte
}

// event moves a sub request to a status at a time.
type event struct {
	At            time.Time
	Seq           uint64 // of two at the same time, the lower comes first
	PortRequestID string
	SubRequestID  string
	Status        string
}

// sandbox is the state with what it was made with. Its methods are called with
// the server's lock held.
type sandbox struct {
	state
	config     config
	storageURL string
}

func newSandbox(c config, storageURL string) *sandbox {
	b := &sandbox{config: c, storageURL: storageURL}
	b.state = state{
		Seed:         c.seed,
		Clock:        c.start,
		Drafts:       records[draft]{ByID: map[string]*draft{}},
		PortRequests: records[portRequest]{ByID: map[string]*portRequest{}},
		FirstSeen:    map[string]time.Time{},
		Taken:        map[string]string{},
		Uploads:      map[string]upload{},
		Objects:      map[string]object{},
	}
	b.UserID = b.newID()
	return b
}
