package portingtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
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
	sum := b.sum(kind, binary.BigEndian.AppendUint64(nil, n))
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// sign gives the signature of a text.
func (b *sandbox) sign(text string) string {
	return hex.EncodeToString(b.sum("signature", []byte(text)))
}

// sum is a keyed hash; the seed is the key.
func (b *sandbox) sum(kind string, data []byte) []byte {
	hash := hmac.New(sha256.New, binary.BigEndian.AppendUint64(nil, b.Seed))
	hash.Write([]byte(kind + "\x00"))
	hash.Write(data)
	return hash.Sum(nil)
}
