package report

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/exceptions"
	"github.com/numberporting/porting/workflow/export"
	"github.com/numberporting/porting/workflow/internal/secrets"
	"github.com/numberporting/porting/workflow/watch"
)

const (
	firstPage = 100 // so many rows are shown at first, as the script's pages have
	mostCards = 50  // so many of each urgent kind are shown in full
)

// A view is what the template shows.
type view struct {
	Title         string
	Policy        string
	Style         template.CSS
	Script        template.JS
	Live          bool
	Made          moment
	Zone          string
	ViewersZone   bool // the script shows times in the viewer's zone
	Problem       string
	Partial       int // ports that have an Err
	Ports         []*portView
	Numbers       int
	Tiles         []tile
	Statuses      []statusCount
	Act           urgent // exceptions
	Unknown, Late urgent
	Timeline      timeline
}

// An urgent list shows its first sub requests in full.
type urgent []*subView

// First are those that are shown.
func (u urgent) First() urgent { return u[:min(len(u), mostCards)] }

// Rest is how many are left out.
func (u urgent) Rest() int { return len(u) - len(u.First()) }

// A tile counts what is one side's move.
type tile struct {
	Turn               watch.Turn
	Label, Says        string
	Ports, SubRequests int
	X, Width           string // of its part of the bar, in percent
}

// A statusCount counts the sub requests with a status.
type statusCount struct {
	Status porting.SubRequestStatus
	Count  int
}

// turnLabels name the turns, in the order of urgency.
var turnLabels = []struct {
	turn        watch.Turn
	label, says string
}{
	{watch.Ours, "Our move", "rejected by the carrier"},
	{watch.Unknown, "Unknown", "a status that is not documented"},
	{watch.Theirs, "Their move", "with the carriers or the vendor"},
	{watch.Ported, "Ported", "done"},
	{watch.Cancelled, "Cancelled", "done, without the numbers"},
}

func turnLabel(turn watch.Turn) (label string, urgency int) {
	for i, t := range turnLabels {
		if t.turn == turn {
			return t.label, i
		}
	}
	return string(turn), len(turnLabels)
}

// A portView is a row of the table, with its details.
type portView struct {
	ID, SupportKey string
	Turn           watch.Turn
	TurnLabel      string
	Urgency        int
	Statuses       []porting.SubRequestStatus // each once
	Companies      []string                   // each once
	Carriers       []string                   // each once
	FirstNumber    string
	Numbers        int
	FOC            moment // the next one, or the last one of a port that is done
	FOCNote        string // what kind of date it is, unless confirmed
	Created        moment
	Updated        moment
	Off            bool // it isn't on the table's first page
	Subs           []*subView
	Unassigned     []string
	Comments       []commentView
	CommentsRead   bool
	Documents      []documentView
	DocumentsRead  bool
	Problem        string
	isLate         bool
}

// A subView is a sub request, in the details of its port and, if it is urgent, at the top.
type subView struct {
	Port           *portView
	ID, SupportKey string
	Status         porting.SubRequestStatus
	Turn           watch.Turn
	Company        string
	AuthPerson     string
	BillingNumber  string
	Address        []string
	Connection     string
	MessageProfile string
	Option         string
	Description    string
	Rating         string
	Secrets        []secretView
	Numbers        []string
	NumberCount    int
	Carriers       []string
	Requested      moment
	Confirmed      moment
	Updated        moment
	Advice         adviceView
	Comment        *commentView // of an exception: the one that most likely explains it
	Hints          []hintView
}

// A secretView says of a secret whether there is one.
type secretView struct {
	Name  string
	Given bool
}

// An adviceView is what can be done by the time that is left.
type adviceView struct {
	Date      moment
	Confirmed bool
	Left      string // "in 3 days", "30 hours ago"
	Says      []string
}

// A hintView is a likely cause.
type hintView struct {
	Cause  string
	Move   string
	Fields []string
}

// A commentView is a comment, without secrets.
type commentView struct {
	Body   string
	Author string
	About  string // the support key of the sub request; empty: the whole port
	At     moment
}

// A documentView is a document.
type documentView struct {
	Type string
	ID   string
	At   moment
}

// A moment is a time as the page has it. It is empty if there is none.
type moment struct {
	ISO  string // in UTC, to the minute; or a date
	Text string // in the page's zone
	Unix int64
}

// dayText is how a day is written: in the order that sorts, with the day of the week.
const dayText = "Mon 2006-01-02"

// A viewer makes the view.
type viewer struct {
	now  time.Time
	zone *time.Location
}

// viewOf makes the view of ports, the most urgent first.
func viewOf(ports []Port, o *Options) *view {
	vr := &viewer{now: o.Now(), zone: o.Location}
	if vr.zone == nil {
		vr.zone = time.UTC
	}
	v := &view{
		Title:       o.Title,
		Made:        vr.moment(porting.Timestamp{Time: vr.now}),
		Zone:        vr.zone.String(),
		ViewersZone: o.Location == nil,
	}
	if o.Incomplete != nil {
		v.Problem = o.Incomplete.Error()
	}
	var all watch.Summary
	for i := range ports {
		all.Add(&ports[i].PortRequest)
		p := vr.port(&ports[i])
		v.Ports = append(v.Ports, p)
		v.Numbers += p.Numbers
		if p.Problem != "" {
			v.Partial++
		}
	}
	slices.SortStableFunc(v.Ports, moreUrgent)
	for i, p := range v.Ports {
		p.Off = i >= firstPage
		for _, s := range p.Subs {
			switch {
			case s.Turn == watch.Ours:
				v.Act = append(v.Act, s)
			case s.Turn == watch.Unknown:
				v.Unknown = append(v.Unknown, s)
			case vr.isLate(s):
				v.Late = append(v.Late, s)
			}
		}
	}
	v.Tiles = tiles(&all)
	for status, count := range all.Statuses {
		v.Statuses = append(v.Statuses, statusCount{status, count})
	}
	slices.SortFunc(v.Statuses, func(a, b statusCount) int {
		_, at := turnLabel(watch.TurnOf(a.Status))
		_, bt := turnLabel(watch.TurnOf(b.Status))
		return cmp.Or(at-bt, cmp.Compare(a.Status, b.Status))
	})
	v.Timeline = vr.timeline(v.Ports)
	return v
}

// moreUrgent orders ports by whose move it is, then late ones, then by the next FOC date.
func moreUrgent(a, b *portView) int {
	isLater := func(p *portView) int {
		switch {
		case p.isLate:
			return 0
		case p.FOC.ISO != "":
			return 1
		}
		return 2
	}
	return cmp.Or(a.Urgency-b.Urgency, isLater(a)-isLater(b), cmp.Compare(a.FOC.Unix, b.FOC.Unix), cmp.Compare(a.ID, b.ID))
}

// tiles are the counts, and the parts of the bar above them.
func tiles(all *watch.Summary) []tile {
	total := 0
	for _, n := range all.PortRequests {
		total += n
	}
	var made []tile
	percent := func(n int) string {
		return strconv.FormatFloat(100*float64(n)/float64(max(total, 1)), 'f', 2, 64)
	}
	before := 0
	for _, t := range turnLabels {
		n := all.PortRequests[t.turn]
		made = append(made, tile{
			Turn: t.turn, Label: t.label, Says: t.says, Ports: n, SubRequests: all.SubRequests[t.turn],
			X: percent(before), Width: percent(n),
		})
		before += n
	}
	return made
}

// port makes a row.
func (vr *viewer) port(port *Port) *portView {
	r := &port.PortRequest
	var summary watch.Summary
	summary.Add(r)
	p := &portView{
		ID:            string(r.ID),
		SupportKey:    cmp.Or(r.SupportKey, string(r.ID)),
		Turn:          summary.Turn(),
		Created:       vr.moment(r.CreatedAt),
		Updated:       vr.moment(r.UpdatedAt),
		CommentsRead:  port.Comments != nil,
		DocumentsRead: port.Documents != nil,
	}
	p.TurnLabel, p.Urgency = turnLabel(p.Turn)
	if port.Err != nil {
		p.Problem = port.Err.Error()
	}
	var mask secrets.Mask
	if len(port.Comments) > 0 || slices.ContainsFunc(r.SubRequests, hasTexts) {
		mask = secrets.Of(r)
	}
	vr.readRows(p, r, mask)
	keys := map[porting.SubRequestID]string{}
	for i := range r.SubRequests {
		keys[r.SubRequests[i].ID] = cmp.Or(r.SubRequests[i].SupportKey, string(r.SubRequests[i].ID))
	}
	for i := range port.Comments {
		p.Comments = append(p.Comments, vr.comment(&port.Comments[i], mask, keys))
	}
	for i := range port.Documents {
		d := &port.Documents[i]
		p.Documents = append(p.Documents, documentView{string(d.DocumentType), string(d.ID), vr.moment(d.CreatedAt)})
	}
	for i, s := range p.Subs {
		if s.Turn == watch.Ours {
			vr.explain(s, port.Comments, r.SubRequests[i].ID, mask, keys)
		}
	}
	return p
}

func hasTexts(s porting.SubRequest) bool {
	return s.Description != "" || s.CustomerRatingComment != ""
}

// readRows takes from the port request what a row of the table has, and its sub requests.
func (vr *viewer) readRows(p *portView, r *porting.PortRequest, mask secrets.Mask) {
	one := func(yield func(*porting.PortRequest, error) bool) { yield(r, nil) }
	i := 0
	for row, err := range export.BySubRequest(one) {
		if err != nil { // it came without its sub requests
			for _, n := range r.PhoneNumbers {
				p.Unassigned = append(p.Unassigned, n.PhoneNumber)
			}
			p.Numbers = len(p.Unassigned)
			break
		}
		p.Numbers += row.PhoneCount
		for _, name := range row.Carriers {
			p.Carriers = appendOnce(p.Carriers, name)
		}
		if row.SubRequest == "" && i >= len(r.SubRequests) {
			p.Unassigned = row.PhoneNumbers
			p.Statuses = appendOnce(p.Statuses, row.Status)
			continue
		}
		s := vr.sub(&r.SubRequests[i], &row, mask)
		i++
		s.Port = p
		p.Subs = append(p.Subs, s)
		p.Statuses = appendOnce(p.Statuses, s.Status)
		p.Companies = appendOnce(p.Companies, s.Company)
		vr.takeDate(p, s)
	}
	for _, s := range p.Subs {
		if p.FirstNumber == "" && len(s.Numbers) > 0 {
			p.FirstNumber = s.Numbers[0]
		}
	}
	if p.FirstNumber == "" && len(p.Unassigned) > 0 {
		p.FirstNumber = p.Unassigned[0]
	}
}

// takeDate keeps the FOC date that counts for a port: the earliest one ahead, or else the
// last one.
func (vr *viewer) takeDate(p *portView, s *subView) {
	p.isLate = p.isLate || vr.isLate(s)
	date, note := s.Advice.Date, "requested"
	if s.Advice.Confirmed {
		note = ""
	}
	if date.ISO == "" {
		return
	}
	isOpen := !s.Status.Terminal()
	hadOpen := slices.ContainsFunc(p.Subs[:len(p.Subs)-1], func(s *subView) bool { return !s.Status.Terminal() && s.Advice.Date.ISO != "" })
	switch {
	case p.FOC.ISO == "", isOpen && !hadOpen, isOpen && date.Unix < p.FOC.Unix, !isOpen && !hadOpen && date.Unix > p.FOC.Unix:
		p.FOC, p.FOCNote = date, note
	}
}

// sub makes the details of a sub request.
func (vr *viewer) sub(s *porting.SubRequest, row *export.Row, mask secrets.Mask) *subView {
	v := &subView{
		ID:             string(s.ID),
		SupportKey:     cmp.Or(s.SupportKey, string(s.ID)),
		Status:         s.Status,
		Turn:           watch.TurnOf(s.Status),
		Company:        s.PersonOrCompanyName,
		AuthPerson:     s.AuthPersonName,
		BillingNumber:  s.BillingPhoneNumber,
		Address:        addressOf(s),
		Connection:     s.DefaultConnectionID,
		MessageProfile: s.DefaultMessageProfileID,
		Option:         optionOf(s.PortingOption),
		Description:    mask.Hide(s.Description),
		Secrets: []secretView{
			{"PIN", s.PINPasscode != ""}, {"Account number", s.AccountNumber != ""},
			{"Tax identifier", s.TaxIdentifier != ""}, {"Business identifier", s.BusinessIdentifier != ""},
		},
		Numbers:     row.PhoneNumbers,
		NumberCount: row.PhoneCount,
		Carriers:    row.Carriers,
		Requested:   vr.moment(s.FOCDateRequestedByUser),
		Confirmed:   vr.moment(s.FOCDate),
		Updated:     vr.moment(s.UpdatedAt),
		Advice:      vr.advice(s),
	}
	if s.CustomerRating != nil {
		v.Rating = strings.TrimSpace(strconv.Itoa(*s.CustomerRating) + " " + mask.Hide(s.CustomerRatingComment))
	}
	return v
}

// addressOf is the billing address, in lines.
func addressOf(s *porting.SubRequest) []string {
	city := strings.Join(strings.Fields(s.Locality+" "+s.AdministrativeArea+" "+s.PostalCode), " ")
	var lines []string
	for _, line := range []string{s.StreetAddress, s.ExtendedAddress, city, s.CountryCode} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// optionOf says what happens to the numbers that stay.
func optionOf(o *porting.PortingOption) string {
	if o == nil {
		return ""
	}
	text := string(o.Type)
	if o.RemainingNumbersAction != "" {
		text += ", the other numbers: " + string(o.RemainingNumbersAction)
	}
	if o.NewBillingPhoneNumber != "" {
		text += ", new billing number " + o.NewBillingPhoneNumber
	}
	return text
}

// advice says what package exceptions advises.
func (vr *viewer) advice(s *porting.SubRequest) adviceView {
	a := exceptions.Advise(s, vr.now)
	v := adviceView{Date: vr.moment(a.Date), Confirmed: a.Confirmed}
	if !a.Date.IsZero() {
		v.Left = left(a.Left)
	}
	if a.NewDate {
		v.Says = append(v.Says, "ask for another FOC date with the correction")
	}
	if a.Update == exceptions.ChanceLate {
		v.Says = append(v.Says, "a change may come too late")
	}
	if a.Cancel == exceptions.ChanceClosed && !s.Status.Terminal() {
		v.Says = append(v.Says, "a cancellation is no longer taken")
	}
	return v
}

// isLate tells whether a sub request should be ported by now, and isn't said to be.
func (vr *viewer) isLate(s *subView) bool {
	if !isAhead(s) || s.Advice.Date.ISO == "" {
		return false
	}
	end := time.Unix(s.Advice.Date.Unix, 0)
	if len(s.Advice.Date.ISO) == len(time.DateOnly) {
		end = end.AddDate(0, 0, 1)
	}
	return end.Before(vr.now)
}

// isAhead tells whether the FOC date of a sub request is something to wait for.
func isAhead(s *subView) bool {
	return s.Turn == watch.Theirs && s.Status != porting.SubRequestStatusCancelPending
}

// left says how far away a date is, in hours below three days.
func left(d time.Duration) string {
	n, unit := d.Abs().Round(time.Hour)/time.Hour, " hour"
	if n >= 72 {
		n, unit = (n+12)/24, " day"
	}
	text := strconv.FormatInt(int64(n), 10) + unit
	switch {
	case n == 0:
		return "now"
	case n != 1:
		text += "s"
	}
	if d < 0 {
		return text + " ago"
	}
	return "in " + text
}

// explain puts beside an exception what the carrier says of it, and what that may mean.
func (vr *viewer) explain(s *subView, comments []porting.Comment, id porting.SubRequestID, mask secrets.Mask, keys map[porting.SubRequestID]string) {
	reading, found := exceptions.Find(comments, id)
	if !found {
		return
	}
	for i := range comments { // the newest with this text
		if c := &comments[i]; c.Body == reading.Raw && c.UserID == "" && (c.SubRequestID == id || c.SubRequestID == "") {
			made := vr.comment(c, mask, keys)
			s.Comment = &made
		}
	}
	for _, h := range reading.Hints {
		s.Hints = append(s.Hints, hintView{
			Cause:  strings.ToLower(strings.ReplaceAll(string(h.Cause), "_", " ")),
			Move:   h.Move.Todo(),
			Fields: h.Fields,
		})
	}
}

// comment makes a comment without secrets.
func (vr *viewer) comment(c *porting.Comment, mask secrets.Mask, keys map[porting.SubRequestID]string) commentView {
	author := "the vendor or the carrier"
	if c.UserID != "" {
		author = "a user of the account"
	}
	about := ""
	if c.SubRequestID != "" {
		about = cmp.Or(keys[c.SubRequestID], string(c.SubRequestID))
	}
	return commentView{mask.Hide(c.Body), author, about, vr.moment(c.CreatedAt)}
}

// moment makes a time for the page. A date without a time of day is in no zone.
func (vr *viewer) moment(t porting.Timestamp) moment {
	switch {
	case t.IsZero():
		return moment{}
	case t.DateOnly():
		return moment{t.UTC().Format(time.DateOnly), t.UTC().Format(dayText), t.Unix()}
	}
	return moment{t.UTC().Format("2006-01-02T15:04Z"), t.In(vr.zone).Format(dayText + " 15:04"), t.Unix()}
}

// appendOnce appends a value unless it is empty or there already.
func appendOnce[T comparable](list []T, v T) []T {
	var zero T
	if v == zero || slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// Sort is what the table is sorted by: seconds, or a negative number if there is no time.
func (m moment) Sort() int64 {
	if m.ISO == "" {
		return -1
	}
	return max(0, m.Unix)
}
