package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/numberporting/porting"
	"github.com/numberporting/porting/workflow/watch"
)

// A member is a loop that shares a store with others.
type member struct {
	*Store

	id   string // nobody else's, ever
	free chan struct{}
	stop context.CancelFunc
	done chan struct{}

	database sync.Mutex // one call at a time, so that the member never waits for itself there

	mutex   sync.Mutex // of what follows
	held    map[int]bool
	until   time.Time // when the leases run out, if they aren't renewed
	changed bool      // others may have had what is held, or some of it is lost
}

// Join makes a loop a member. [watch.Events] calls it. A goroutine renews the member's leases
// until it leaves.
func (s *Store) Join(ctx context.Context) (watch.Member, error) {
	m := &member{Store: s, id: rand.Text(), free: make(chan struct{}, 1), done: make(chan struct{}), changed: true}
	if _, err := m.renew(ctx); err != nil {
		return nil, failed("join", err)
	}
	ctx, m.stop = context.WithCancel(context.WithoutCancel(ctx))
	go m.keep(ctx)
	return m, nil
}

// keep renews the leases until the context ends.
func (m *member) keep(ctx context.Context) {
	defer close(m.done)
	const often = 4
	ticker := time.NewTicker(max(m.lease/often, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		trying, cancel := context.WithTimeout(ctx, m.lease)
		now, err := m.renew(trying)
		cancel()
		if err == nil && len(now.free) > 0 && len(now.mine) < now.part {
			select {
			case m.free <- struct{}{}:
			default: // it knows already
			}
		}
	}
}

// leases are how things stand between the members.
type leases struct {
	mine map[int]bool
	free []int
	part int // how many each member should have at most
}

// renew renews what the member has, and looks at how things stand.
func (m *member) renew(ctx context.Context) (*leases, error) {
	m.database.Lock()
	defer m.database.Unlock()
	return m.renewed(ctx)
}

func (m *member) renewed(ctx context.Context) (*leases, error) {
	began := time.Now()
	const upsert = "INSERT INTO {members} (member, ends) VALUES ($1, {now} + {lease}) ON CONFLICT (member) DO UPDATE SET ends = excluded.ends"
	if _, err := m.exec(ctx, m.db, upsert, m.id); err != nil {
		return nil, err
	}
	if _, err := m.exec(ctx, m.db, "UPDATE {leases} SET ends = {now} + {lease} WHERE member = $1", m.id); err != nil {
		return nil, err
	}
	now, err := m.look(ctx)
	if err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.until = began.Add(m.lease)
	for share := range m.held {
		if !now.mine[share] {
			delete(m.held, share)
			m.changed = true
		}
	}
	return now, nil
}

func (m *member) look(ctx context.Context) (*leases, error) {
	var members int
	if err := m.db.QueryRowContext(ctx, m.names.Replace("SELECT COUNT(*) FROM {members} WHERE ends > {now}")).Scan(&members); err != nil {
		return nil, err
	}
	members = max(members, 1)
	now := &leases{mine: map[int]bool{}, part: (shares + members - 1) / members}
	rows, err := m.db.QueryContext(ctx, m.names.Replace("SELECT share, member, ends <= {now} FROM {leases}"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var share int
		var holder string
		var over bool
		switch err := rows.Scan(&share, &holder, &over); {
		case err != nil:
			return nil, err
		case holder == m.id:
			now.mine[share] = true
		case over:
			now.free = append(now.free, share)
		}
	}
	return now, rows.Err()
}

// Share settles what the member watches: about as many shares as each other member.
func (m *member) Share(ctx context.Context) (watch.Share, error) {
	m.database.Lock()
	defer m.database.Unlock()
	if err := m.check(ctx, m.db); err != nil {
		return watch.Share{}, failed("share", err)
	}
	if _, err := m.exec(ctx, m.db, "DELETE FROM {members} WHERE ends <= {now}"); err != nil {
		return watch.Share{}, failed("share", err)
	}
	now, err := m.renewed(ctx)
	if err != nil {
		return watch.Share{}, failed("share", err)
	}
	m.mutex.Lock()
	held, changed := m.held, m.changed
	m.changed = true // until it is known how it went
	m.mutex.Unlock()

	for _, share := range slices.Sorted(maps.Keys(now.mine)) {
		if len(now.mine) <= now.part {
			break
		}
		const release = "UPDATE {leases} SET member = '', ends = 0 WHERE share = $1 AND member = $2"
		if _, err := m.exec(ctx, m.db, release, share, m.id); err != nil {
			return watch.Share{}, failed("share", err)
		}
		delete(now.mine, share)
	}
	for _, share := range now.free {
		if len(now.mine) >= now.part {
			break
		}
		const take = "UPDATE {leases} SET member = $1, ends = {now} + {lease} WHERE share = $2 AND ends <= {now}"
		taken, err := m.exec(ctx, m.db, take, m.id, share)
		if err != nil {
			return watch.Share{}, failed("share", err)
		}
		if taken > 0 {
			now.mine[share], changed = true, true
		}
	}

	m.mutex.Lock()
	defer m.mutex.Unlock()
	changed = changed || !maps.Equal(held, now.mine)
	m.held, m.changed = now.mine, false
	select {
	case <-m.free: // it was about what is taken now
	default:
	}
	return watch.Share{Has: m.has, Empty: len(m.held) == 0, Changed: changed}, nil
}

func (m *member) has(id porting.PortRequestID) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.held[shareOf(id)] && time.Now().Before(m.until)
}

// Free receives when there are shares that nobody has, and the member has less than its part.
func (m *member) Free() <-chan struct{} { return m.free }

// Load returns the records of the member's share.
func (m *member) Load(ctx context.Context) ([]watch.Record, error) {
	m.mutex.Lock()
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(slices.Sorted(maps.Keys(m.held))), " ", ", "), "[]")
	m.mutex.Unlock()
	if list == "" {
		return nil, nil
	}
	records, err := m.load(ctx, "WHERE share IN ("+list+")")
	return records, failed("load", err)
}

// Save stores records and renews their leases, or does neither.
func (m *member) Save(ctx context.Context, put []watch.Record, drop []porting.PortRequestID) error {
	m.database.Lock()
	defer m.database.Unlock()
	return failed("save", m.save(ctx, put, drop, func(ctx context.Context, tx *sql.Tx, share int) error {
		held, err := m.exec(ctx, tx, "UPDATE {leases} SET ends = {now} + {lease} WHERE share = $1 AND member = $2", share, m.id)
		if err == nil && held == 0 {
			err = watch.ErrLeaseLost
		}
		return err
	}))
}

// Leave ends the member's leases and the goroutine that renews them.
func (m *member) Leave(ctx context.Context) error {
	m.stop()
	<-m.done
	if _, err := m.exec(ctx, m.db, "UPDATE {leases} SET member = '', ends = 0 WHERE member = $1", m.id); err != nil {
		return failed("leave", err)
	}
	_, err := m.exec(ctx, m.db, "DELETE FROM {members} WHERE member = $1", m.id)
	return failed("leave", err)
}
