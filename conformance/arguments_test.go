package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/portingtest"
)

// met is what a walker has met, to meet it again.
type met struct {
	drafts  []porting.DraftID
	parts   []partOf[porting.DraftID]
	ports   []porting.PortRequestID
	subs    []partOf[porting.PortRequestID]
	papers  []paperOf
	numbers []string // of port requests
	windows []porting.FOCWindow
}

type partOf[Whole any] struct {
	of Whole
	id porting.SubRequestID
}

type paperOf struct {
	of porting.DocumentOwner
	id porting.DocumentID
}

func (m met) clone() met {
	return met{
		slices.Clone(m.drafts), slices.Clone(m.parts), slices.Clone(m.ports),
		slices.Clone(m.subs), slices.Clone(m.papers), slices.Clone(m.numbers), slices.Clone(m.windows),
	}
}

// learn adds something to what was met, and forgets the oldest of much.
func learn[T comparable](list *[]T, thing T) {
	const most = 60
	if !slices.Contains(*list, thing) {
		*list = append(*list, thing)
		*list = (*list)[max(0, len(*list)-most):]
	}
}

func (w *walker) learnDrafts(drafts ...porting.DraftPortRequest) {
	for _, draft := range drafts {
		learn(&w.met.drafts, draft.ID)
		for _, number := range draft.PhoneNumbers {
			learn(&w.met.parts, partOf[porting.DraftID]{draft.ID, number.SubRequestID})
		}
	}
}

func (w *walker) learnPorts(ports ...porting.PortRequest) {
	for _, port := range ports {
		if port.SupportKey != "" {
			learn(&w.met.ports, port.ID)
		}
		for _, number := range port.PhoneNumbers {
			learn(&w.met.numbers, number.PhoneNumber)
		}
		for _, sub := range port.SubRequests {
			learn(&w.met.subs, partOf[porting.PortRequestID]{port.ID, sub.ID})
		}
	}
}

// pick chooses one of a list, which isn't empty.
func pick[T any](w *walker, list []T) T { return list[w.rand.IntN(len(list))] }

// known chooses one of a list, or the zero value if there is none.
func known[T any](w *walker, list []T) (thing T) {
	if len(list) > 0 {
		thing = pick(w, list)
	}
	return thing
}

// chance is true once in n times.
func (w *walker) chance(n int) bool { return w.rand.IntN(n) == 0 }

// arg notes an argument of the step, for the report of a failure.
func arg[T any](w *walker, v T) T {
	w.args = append(w.args, fmt.Sprintf("%+q", fmt.Sprintf("%+v", v)))
	return v
}

// oddTexts are no good as ids, and of little sense elsewhere.
var oddTexts = []string{
	"", " ", ".", "..", "none", "a/b", "a%2fb", "../..", "?page=2", "#", "{id}", "é", "e\u0301", "\x00", "\x7f", "\u202e",
	"\xff", "null", "0", "-1", "[redacted]", `"`, `\`, "<script>", "'; DROP TABLE drafts; --", "=1+1", strings.Repeat("x", 3000),
}

// text is any text.
func (w *walker) text() string {
	if w.chance(4) {
		return arg(w, pick(w, oddTexts))
	}
	return arg(w, fmt.Sprintf("text %d", w.rand.IntN(100)))
}

// an id is now and then one that can't be.
func id[T ~string](w *walker, id T) T {
	if id == "" || w.chance(15) {
		*w.odd = true // a path may not even be one of the description's
		id = T(pick(w, oddTexts))
	}
	return arg(w, id)
}

func (w *walker) draft() porting.DraftID      { return id(w, known(w, w.met.drafts)) }
func (w *walker) port() porting.PortRequestID { return id(w, known(w, w.met.ports)) }

func (w *walker) part() partOf[porting.DraftID] {
	part := known(w, w.met.parts)
	return partOf[porting.DraftID]{id(w, part.of), id(w, part.id)}
}

func (w *walker) sub() partOf[porting.PortRequestID] {
	sub := known(w, w.met.subs)
	return partOf[porting.PortRequestID]{id(w, sub.of), id(w, sub.id)}
}

func (w *walker) paper() paperOf {
	doc := known(w, w.met.papers)
	switch of := doc.of.(type) {
	case porting.PortRequestID:
		doc.of = id(w, of)
	case porting.DraftID:
		doc.of = id(w, of)
	default:
		doc.of = w.draft()
	}
	return paperOf{doc.of, id(w, doc.id)}
}

// number is a number, or what one might be taken for.
func (w *walker) number() string {
	areas := []string{"206", "312", "415", "503", "617", "800", "888", "907"}
	switch n := w.rand.IntN(60); {
	case n == 0:
		return arg(w, pick(w, oddTexts))
	case n == 1:
		return arg(w, pick(w, []string{foreign, "12", "+1", "+12", "2065550101", "+1 206 555 0101", "+１２０６５５５０１０１", "+442079460100"}))
	case n < 6:
		return arg(w, fmt.Sprintf("+1%s2%06d", pick(w, areas), w.rand.IntN(50)))
	}
	return arg(w, fmt.Sprintf("+1%s55501%02d", pick(w, areas), w.rand.IntN(100)))
}

// numbers are some numbers, seldom none.
func (w *walker) numbers(most int) []string {
	if w.chance(40) {
		return nil
	}
	var numbers []string
	for range 1 + w.rand.IntN(most) {
		numbers = append(numbers, w.number())
	}
	return numbers
}

// date is a time, for the most part in a window that was there a while ago.
func (w *walker) date() time.Time {
	switch n := w.rand.IntN(20); {
	case n == 0:
		return arg(w, pick(w, []time.Time{{}, time.Unix(0, 0), time.Unix(1<<40, 0), portingtest.Start.AddDate(7000, 0, 0)}))
	case n == 1 || len(w.met.windows) == 0:
		return arg(w, portingtest.Start.Add(time.Duration(w.rand.IntN(2000))*time.Hour))
	default:
		return arg(w, pick(w, w.met.windows).Start.Add(time.Duration(w.rand.IntN(9))*time.Hour))
	}
}

// maybe sets a field of an update now and then, and seldom to null, which the description doesn't allow.
func maybe[T any](w *walker, field *porting.Optional[T], value func() T) {
	switch n := w.rand.IntN(100); {
	case n < 15:
		*field = porting.Set(value())
	case n == 15:
		*w.odd = true
		*field = porting.Null[T]()
	}
}

func (w *walker) secret() porting.Secret { return porting.Secret(w.text()) }

// btn is a billing number.
func (w *walker) btn() string {
	if w.chance(3) {
		return arg(w, billing)
	}
	return w.number()
}

func (w *walker) country() string {
	return arg(w, pick(w, []string{"US", "CA", "us", "", "U", "USA", "ÜS"}))
}

func (w *walker) option() porting.PortingOption {
	o := porting.PortingOption{Type: pick(w, []porting.PortingOptionType{
		porting.PortingOptionTypeFull, porting.PortingOptionTypePartial, porting.PortingOptionTypePartial, "half", "",
	})}
	if w.chance(2) {
		o.RemainingNumbersAction = pick(w, []porting.RemainingNumbersAction{
			porting.RemainingNumbersActionKeep, porting.RemainingNumbersActionDisconnect, "sell",
		})
	}
	if w.chance(3) {
		o.NewBillingPhoneNumber = w.btn()
	}
	return arg(w, o)
}

func (w *walker) draftUpdate() porting.DraftSubRequestUpdate {
	var u porting.DraftSubRequestUpdate
	if w.chance(4) {
		u = full(w.date())
	}
	maybe(w, &u.FOCDateRequestedByUser, w.date)
	for _, field := range []*porting.Optional[string]{
		&u.PersonOrCompanyName, &u.AuthPersonName, &u.StreetAddress, &u.ExtendedAddress, &u.Locality, &u.AdministrativeArea,
		&u.PostalCode, &u.DefaultConnectionID, &u.DefaultMessageProfileID,
	} {
		maybe(w, field, w.text)
	}
	for _, field := range []*porting.Optional[porting.Secret]{&u.PINPasscode, &u.AccountNumber, &u.TaxIdentifier, &u.BusinessIdentifier} {
		maybe(w, field, w.secret)
	}
	maybe(w, &u.BillingPhoneNumber, w.btn)
	maybe(w, &u.CountryCode, w.country)
	maybe(w, &u.PortingOption, w.option)
	return u
}

// subUpdate is a rating, or sets a little: an update is refused as a whole.
func (w *walker) subUpdate() porting.SubRequestUpdate {
	var u porting.SubRequestUpdate
	if w.chance(4) {
		u.CustomerRating = porting.Set(arg(w, pick(w, []int{1, 2, 3, 4, 5, 0, -1, 1 << 53, -1 << 63})))
		if w.chance(2) {
			u.CustomerRatingComment = porting.Set(w.text())
		}
		return u
	}
	*pick(w, []*porting.Optional[string]{
		&u.PersonOrCompanyName, &u.AuthPersonName, &u.StreetAddress, &u.ExtendedAddress, &u.Locality, &u.AdministrativeArea,
		&u.PostalCode, &u.DefaultConnectionID, &u.CustomerRatingComment,
	}) = porting.Set(w.text())
	maybe(w, pick(w, []*porting.Optional[porting.Secret]{
		&u.PINPasscode, &u.AccountNumber, &u.TaxIdentifier, &u.BusinessIdentifier,
	}), w.secret)
	maybe(w, &u.FOCDateRequestedByUser, w.date)
	maybe(w, &u.BillingPhoneNumber, w.btn)
	maybe(w, &u.CountryCode, w.country)
	maybe(w, &u.PortingOption, w.option)
	return u
}

func (w *walker) document() porting.DocumentUpload {
	upload := paper(pick(w, []porting.DocumentType{
		porting.DocumentTypeLOA, porting.DocumentTypeInvoice, porting.DocumentTypeCSR, porting.DocumentTypeOther, "passport", "",
	}))
	*w.odd = *w.odd || !upload.Type.Known()
	upload.Content = strings.NewReader(w.text())
	if w.chance(4) {
		upload.Filename = w.text()
		*w.odd = true // storage doesn't take every name
	}
	if w.chance(8) {
		upload.ContentType = w.text()
	}
	if w.chance(10) {
		*w.odd, w.mayBreach = true, true
		upload.Extra = map[string]any{arg(w, pick(w, []string{"size", "body", "document_type"})): pick(w, []any{1, nil, "x"})}
	}
	arg(w, upload.Type)
	return upload
}

func (w *walker) include() *porting.GetOptions { return arg(w, pick(w, everyInclude())) }

func (w *walker) search() string {
	return pick(w, []string{"", "", "+1", "206", "5550185", "pr_", "sr_", pick(w, oddTexts)})
}

func (w *walker) pages() (page, perPage int) {
	return pick(w, []int{0, 1, 1, 2, 3, 1 << 40, -1}), pick(w, []int{0, 1, 3, 7, 7, 250, 1 << 40, -1})
}

func (w *walker) draftList() *porting.DraftListOptions {
	if w.chance(5) {
		return nil
	}
	in := pick(w, everyInclude()[1:])
	page, perPage := w.pages()
	status := pick(w, []porting.DraftStatus{"", "", porting.DraftStatusPending, porting.DraftStatusSubmitted, "complete"})
	*w.odd = *w.odd || status != "" && !status.Known()
	return arg(w, &porting.DraftListOptions{
		Page: page, PerPage: perPage, Search: w.search(), Status: status,
		IncludePhoneNumbers: in.IncludePhoneNumbers, IncludeSubRequests: in.IncludeSubRequests,
	})
}

func (w *walker) portList() *porting.PortRequestListOptions {
	if w.chance(5) {
		return nil
	}
	in := pick(w, everyInclude()[1:])
	page, perPage := w.pages()
	status := pick(w, []porting.PortRequestListStatus{
		"", "", porting.PortRequestListStatusIncomplete, porting.PortRequestListStatusComplete, "pending",
	})
	*w.odd = *w.odd || status != "" && !status.Known()
	return arg(w, &porting.PortRequestListOptions{
		Page: page, PerPage: perPage, Search: w.search(), Status: status,
		IncludePhoneNumbers: in.IncludePhoneNumbers, IncludeSubRequests: in.IncludeSubRequests,
	})
}

// script is a life that needn't make sense.
func (w *walker) script() []portingtest.Step {
	statuses := append([]string{
		"unassigned", "in-process", "submitted", "exception", "foc-date-confirmed", "ported", "cancelled", "cancel-pending",
	}, strange...)
	steps := make([]portingtest.Step, w.rand.IntN(5))
	for i := range steps {
		step := &steps[i]
		step.OnUpdate = w.chance(4)
		step.After = time.Duration(w.rand.IntN(48)-2) * time.Hour
		step.NoFOCDate = w.chance(6)
		step.Unassign = w.chance(6)
		step.Split = w.chance(6)
		if w.chance(3) {
			step.FOCDate = pick(w, []time.Time{
				w.server.Now(), time.Unix(0, 0), portingtest.Start.AddDate(0, 0, 9), portingtest.Start.AddDate(8000, 0, 0),
			})
		}
		if !w.chance(4) {
			step.Status = pick(w, statuses)
		}
		if w.chance(3) {
			step.Comment = pick(w, oddTexts)
		}
	}
	return arg(w, steps)
}
