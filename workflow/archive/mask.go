package archive

import (
	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/internal/secrets"
)

// maskTexts hides the secrets of a port request where people have written them into its texts.
func maskTexts(r *porting.PortRequest, comments []porting.Comment) {
	mask := secrets.Of(r)
	for i := range comments {
		comments[i].Body = mask.Hide(comments[i].Body)
	}
	for i := range r.SubRequests {
		sub := &r.SubRequests[i]
		sub.Description = mask.Hide(sub.Description)
		sub.CustomerRatingComment = mask.Hide(sub.CustomerRatingComment)
	}
}
