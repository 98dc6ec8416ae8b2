package exceptions

import (
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/numberporting/porting"
)

// A Reading is what a comment may mean.
type Reading struct {
	Raw   string // the whole comment; it can hold anything
	Hints []Hint // in the order of the text; none if nothing in it is known
}

// A Hint is a likely cause. It can be wrong.
type Hint struct {
	Cause  Cause
	Fields []string // those to look at, in the API's spelling; nil if it is none
	Move   Move
}

// String returns the cause, the fields, and who has to do what.
func (h Hint) String() string {
	text := string(h.Cause) + ": "
	if len(h.Fields) > 0 {
		text += "look at " + strings.Join(h.Fields, ", ") + "; "
	}
	return text + h.Move.Todo()
}

// String returns the hints, and not the comment.
func (r Reading) String() string {
	if len(r.Hints) == 0 {
		return "no hint"
	}
	texts := make([]string, len(r.Hints))
	for i, h := range r.Hints {
		texts[i] = h.String()
	}
	return strings.Join(texts, ". ")
}

// Format prints [Reading.String] under every verb.
func (r Reading) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, r.String()) }

// LogValue logs [Reading.String].
func (r Reading) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Find returns what the newest comment on a sub request means that wasn't written by a user,
// or else the newest such one on the whole port request. It reports whether there is one. That
// the carrier's comments have no user is inferred.
func Find(comments []porting.Comment, sub porting.SubRequestID) (Reading, bool) {
	for _, about := range []porting.SubRequestID{sub, ""} {
		var newest *porting.Comment
		for i := range comments {
			c := &comments[i]
			if c.SubRequestID == about && c.UserID == "" && (newest == nil || !c.CreatedAt.Before(newest.CreatedAt.Time)) {
				newest = c
			}
		}
		if newest != nil {
			return Classify(newest.Body), true
		}
	}
	return Reading{}, false
}

// A rule names a cause where a clause of a text has its subject and, if it has one, its
// trouble.
type rule struct {
	cause   Cause
	subject *regexp.Regexp
	trouble *regexp.Regexp // nil: the subject is enough
	not     []Cause        // that are then only a part of the same words
}

// words compiles an expression for words in small letters.
func words(expression string) *regexp.Regexp { return regexp.MustCompile(`\b(?:` + expression + `)`) }

var (
	// differs is what is said of a value that isn't the carrier's.
	differs = regexp.MustCompile(`mis-?match|not? match|n't match|incorrect|invalid|wrong|requir(?:ed?|es|ing)\b|missing|without|mandatory|bad\b|unknown|expired|` +
		`differ|another|neither|not (?:found|correct|valid|listed|recogni[sz]ed|accepted|on file|the|as)\b|(?:is|are|was|were)(?:n't| not)\b|needs?\b|needed|provide the|reject`)

	// mayNot is what is said of a person who has no say in an account.
	mayNot = regexp.MustCompile(differs.String() + `|unauthori[sz]ed|by (?:the )?(?:wrong|another)|may not|can(?:not|'t) (?:make|request|authori[sz]e)|no authority|not allowed`)

	refusesDate = regexp.MustCompile(`invalid|not (?:be |available|valid|accepted|possible)|n't (?:be |available)|cannot|too (?:short|soon|early|close|far|late)|unavailable|reject|another|different|new due|weekend|holiday`)
)

// kinds are those of the orders that can be pending on an account.
const kinds = `(?:(?:service|disconnect|change|feature|move|conversion|internal|port|lsr) )*`

// rules are in no order: hints are in that of the text.
var rules = []rule{
	{CauseAccountNumberMismatch, words(`acc(?:oun)?t ?(?:#|nos?\b|nbrs?\b|nums?\b|numbers?\b|codes?\b|provided|given|supplied|entered)|ban\b`), differs, nil},
	{CausePasscodePINInvalid, words(`pins?\b|pass ?codes?\b|passwords?\b|security code|transfer code`), differs, nil},
	{CauseAuthPersonMismatch, words(`auth(?:ori[sz](?:ed|ing|ation))?\b\.?.{0,20}?(?:name|person|users?|contact|signer|signatory|party)|sign(?:ers?|ator(?:y|ies)|ed)\b|signature|unauthori[sz]ed|not (?:an? )?authori[sz]ed`), mayNot, []Cause{CauseEntityNameMismatch}},
	{CauseEntityNameMismatch, words(`(?:end ?user|eu|business|company|organi[sz]ation|subscriber|customer|entity|account|cust)s?'?s? name|name\b|the (?:company|organi[sz]ation)\b|customer of record`), differs, nil},
	{CauseLocationMismatch, words(`address(?:es)?\b|street|sano\b|sasn\b|service location|house number|suite\b|city\b`), differs, nil},
	{CausePostalCodeMismatch, words(`zip\b|zip ?codes?\b|post(?:al)? ?codes?\b`), differs, nil},
	{CauseBTNATNMismatch, words(`btns?\b|atns?\b|billing (?:tele)?(?:phone )?number|main (?:billing )?number`), differs, nil},
	{CauseMainBTNPorting, words(`port(?:ing|s)? (?:out )?(?:of )?(?:the |its |their )?(?:main |billing |primary )*(?:btn|billing number|main number)|new (?:btn|billing (?:tele)?(?:phone )?number)|pilot (?:number|tn)|strand(?:ed|s)\b`), nil, []Cause{CauseBTNATNMismatch}},
	{CausePhoneNumberMismatch, words(`(?:tn|did|number)s?\b|number\(s\)`),
		regexp.MustCompile(`(?:not|n't) (?:found |listed )?(?:on|with|in|under|part of) (?:the |this |that )?(?:account|acct|carrier|provider|csr)|(?:not|n't) belong|(?:with|to) (?:another|a different) (?:carrier|provider|account)`), []Cause{CauseAccountNumberMismatch}},
	{CausePhoneNumberNotPortable, words(`disconnected|deactivated|reactivate|not portable|non-?portable|(?:can(?:'t|not| not)) be ported|inactive|not active|not in service|not working|non-?working|only (?:active|working)|(?:was|were|been) cancell?ed|not eligible|ineligible`), nil, nil},
	{CausePhoneNumberHasSpecialFeature, words(`dsl\b|adsl\b|isdn\b|alarm\b|freeze|frozen|port[- ]?out protection|port protection|number lock|locked|hunt(?:ing)?\b|distinctive ring|special feature|remote call forward`), nil, []Cause{CausePhoneNumberNotPortable}},
	{CauseRateCenterNotPortable, words(`rate ?cent(?:er|re)|no coverage|outside (?:of )?(?:our )?(?:coverage|footprint)`), nil, []Cause{CausePhoneNumberNotPortable}},
	{CauseLSRPending, words(`pending ` + kinds + `(?:orders?|requests?|lsrs?|ports?)\b|open ` + kinds + `orders?\b|orders? (?:is |are )?(?:still )?pending|(?:duplicate|existing|another) (?:lsr|port)`), nil, nil},
	{CauseFOCRejected, words(`ddd\b|(?:due|desired|requested|port|foc) (?:due )?date|interval`), refusesDate, nil},
	{CauseFOCExpired, words(`(?:foc|due date|ddd|date)\b.{0,25}?(?:expired|passed|lapsed)|expired foc`), nil, []Cause{CauseFOCRejected}},
	{CausePortingOrderSplitRequired, words(`split\b|(?:different|multiple|two|several|separate) accounts|separate (?:order|request)s`), nil, []Cause{CauseAccountNumberMismatch, CausePhoneNumberMismatch}},
	{CausePortTypeIncorrect, words(`full port\b.*(?:remain|partial)|partial port\b.*full|should be (?:a )?(?:full|partial)|(?:is|was) (?:this|it) (?:a )?(?:full|partial)|change to (?:a )?(?:full|partial)|port type`), nil, []Cause{CauseMainBTNPorting}},
	{CauseOSPIrresponsive, words(`no (?:response|reply|answer|word) (?:from|by)|nothing (?:back|heard|received) |(?:not|n't) (?:yet )?(?:respond|repl|answer)(?:ed|ied|ing)?|unresponsive|irresponsive`), nil, nil},
	{CauseSVConflict, words(`in(?:to)? conflict|conflict status|sv conflict`), nil, nil},
	{CauseSVUnknownFailure, words(`(?:sv|npac)\b.{0,30}?(?:fail|error)`), nil, nil},
}

var (
	// clauses ends where one statement of a text does. A dot within a word or number is none.
	clauses = regexp.MustCompile(`[.;!?:]+(?:\s|$)|[\r\n]+|,?\s+but\s+`)

	// shortened are words whose dot ends no clause.
	shortened = regexp.MustCompile(`\b((?:account|acct\.?|phone|tel\.?) nos?|acct|auth|cust|addr|nbrs?)\.`)
)

// Classify looks in a comment for what carriers usually say, in English. It names each cause once.
func Classify(comment string) Reading {
	r := Reading{Raw: comment}
	text := strings.ToLower(strings.NewReplacer("’", "'", "‘", "'").Replace(comment))
	text = shortened.ReplaceAllString(text, "$1")
	type found struct {
		at   int
		rule *rule
	}
	var all []found
	start := 0
	for _, end := range append(clauses.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		clause := text[start:end[0]]
		for i := range rules {
			at := rules[i].subject.FindStringIndex(clause)
			if at != nil && (rules[i].trouble == nil || rules[i].trouble.MatchString(clause)) {
				all = append(all, found{start + at[0], &rules[i]})
			}
		}
		start = end[1]
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.at - b.at })
	isPart := func(c Cause) bool {
		return slices.ContainsFunc(all, func(f found) bool { return slices.Contains(f.rule.not, c) })
	}
	for _, f := range all {
		cause := f.rule.cause
		isKnown := slices.ContainsFunc(r.Hints, func(h Hint) bool { return h.Cause == cause })
		if !isKnown && !isPart(cause) {
			r.Hints = append(r.Hints, Hint{cause, slices.Clone(remedies[cause].fields), remedies[cause].move})
		}
	}
	return r
}
