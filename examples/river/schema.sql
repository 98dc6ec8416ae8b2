-- One row for each set of numbers that is to be ported. A backend has more in such a table.
CREATE TABLE ports (
	key             TEXT PRIMARY KEY,
	port_request_id TEXT UNIQUE,                  -- once it is submitted
	complete        BOOLEAN NOT NULL DEFAULT false -- nothing more is to come of it
);

-- What a person has to look at. A row without a reason is settled.
CREATE TABLE port_todos (
	what TEXT PRIMARY KEY, -- the key of a set, or "port request/sub request"
	why  TEXT NOT NULL,
	at   TIMESTAMPTZ NOT NULL
);

-- How far each set has come, and which calls the server may still be working on.
CREATE TABLE port_journal (
	id    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key   TEXT NOT NULL,
	entry JSONB NOT NULL
);
CREATE INDEX port_journal_key ON port_journal (key);
