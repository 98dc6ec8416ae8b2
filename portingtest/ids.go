package portingtest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
)

// newID gives the next id.
func (b *sandbox) newID() string {
	b.IDs++
	return b.uuid("id", b.IDs)
}

// newRequestID gives the id of the next request. It counts apart, so that
// reading changes no id of what is created.
func (b *sandbox) newRequestID() string {
	b.Requests++
	return b.uuid("request", b.Requests)
}

// newSupportKey gives the next support key. An odd factor visits each of the
// 2^24 keys once.
func (b *sandbox) newSupportKey(prefix string) string {
	b.Keys++
	return fmt.Sprintf("%s_%06x", prefix, (b.Keys*0x3779b1+b.Seed)&0xffffff)
}

// uuid gives the nth identifier of a kind, in the shape of a random UUID.
func (b *sandbox) uuid(kind string, n uint64) string {
	sum := b.sum(kind, strconv.FormatUint(n, 10))
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	text := make([]byte, 0, 36)
	start := 0
	for _, end := range []int{4, 6, 8, 10, 16} {
		if start > 0 {
			text = append(text, '-')
		}
		text = hex.AppendEncode(text, sum[start:end])
		start = end
	}
	return string(text)
}

// sign gives the signature of a text.
func (b *sandbox) sign(text string) string {
	sum := b.sum("signature", text)
	return hex.EncodeToString(sum[:])
}

// sum is a hash of a text that depends on the seed and on what the text is.
func (b *sandbox) sum(kind, text string) [sha256.Size]byte {
	salted := binary.BigEndian.AppendUint64(make([]byte, 0, 64), b.Seed)
	salted = append(salted, kind...)
	salted = append(salted, 0)
	return sha256.Sum256(append(salted, text...))
}
