package porting_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/numberporting/porting"
)

// enumeration is what all enumerations have.
type enumeration interface {
	~string
	Known() bool
}

func checkEnum[E enumeration](t *testing.T, values ...string) {
	t.Helper()
	for _, v := range values {
		assert.True(t, E(v).Known(), "%T %s", E(v), v)
		assert.False(t, E(strings.ToUpper(v)+"x").Known(), "%T", E(v))
	}
	for _, v := range []string{"", "unheard-of", " " + values[0]} {
		assert.False(t, E(v).Known(), "%T %q", E(v), v)
	}
}

func TestEnums(t *testing.T) {
	t.Parallel()
	statuses := []string{"unassigned", "in-process", "submitted", "exception", "foc-date-confirmed", "ported", "cancelled", "cancel-pending"}
	checkEnum[porting.PortabilityStatus](t, "pending", "confirmed", "provisional")
	checkEnum[porting.CoverageCategory](t, "nanp_generic", "nanp_toll_free", "international", "invalid")
	checkEnum[porting.NonPortableReason](t, "invalid_phone_number", "lrn_data_not_found", "no_coverage", "already_being_ported", "telnyx_number")
	checkEnum[porting.ServiceType](t, "0", "1", "2")
	checkEnum[porting.SubRequestStatus](t, statuses...)
	checkEnum[porting.PortingOptionType](t, "partial", "full")
	checkEnum[porting.RemainingNumbersAction](t, "keep", "disconnect")
	checkEnum[porting.DraftStatus](t, "pending", "submitted")
	checkEnum[porting.PortRequestListStatus](t, "incomplete", "complete")
	checkEnum[porting.DocumentType](t, "loa", "invoice", "csr", "other")
	for _, s := range append(statuses, "unheard-of", "") {
		status := porting.SubRequestStatus(s)
		assert.Equal(t, s == "ported" || s == "cancelled", status.Terminal(), s)
		assert.Equal(t, s == "exception", status.NeedsAction(), s)
	}
}
