-- The lab's tables. `audit_log` is append-only: one row each time a post or comment becomes public or is withdrawn.
CREATE TABLE IF NOT EXISTS accounts (
    network TEXT NOT NULL, id TEXT NOT NULL, handle TEXT NOT NULL, name TEXT NOT NULL, token TEXT NOT NULL,
    access TEXT NOT NULL DEFAULT 'valid', extra TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (network, id));
CREATE TABLE IF NOT EXISTS posts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, network TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL,
    text TEXT NOT NULL, shown TEXT NOT NULL, link TEXT NOT NULL, media TEXT NOT NULL, reply_to TEXT NOT NULL,
    conversation TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('draft', 'public', 'private', 'withdrawn')),
    created_at REAL NOT NULL, public_at REAL, rank INTEGER NOT NULL, extra TEXT NOT NULL, UNIQUE (network, id));
CREATE INDEX IF NOT EXISTS posts_by_account ON posts (network, account, state, rank);
CREATE INDEX IF NOT EXISTS posts_by_conversation ON posts (network, conversation);
CREATE INDEX IF NOT EXISTS posts_by_text ON posts (network, account, text);
CREATE INDEX IF NOT EXISTS posts_by_key ON posts (account, json_extract(extra, '$.key')) WHERE network='mastodon';
CREATE TABLE IF NOT EXISTS media (
    id TEXT PRIMARY KEY, network TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, mime TEXT NOT NULL, sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, seconds REAL NOT NULL, alt TEXT NOT NULL,
    ready_at REAL NOT NULL, created_at REAL NOT NULL, extra TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS media_by_digest ON media (sha256);
CREATE TABLE IF NOT EXISTS containers (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, caption TEXT NOT NULL, media TEXT NOT NULL, children TEXT NOT NULL,
    carousel_item INTEGER NOT NULL, created_at REAL NOT NULL, ready_at REAL, error TEXT NOT NULL, published TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, network TEXT NOT NULL, account TEXT NOT NULL, total INTEGER NOT NULL, mime TEXT NOT NULL, metadata TEXT NOT NULL,
    result TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS comments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, network TEXT NOT NULL, account TEXT NOT NULL, post TEXT NOT NULL,
    parent TEXT NOT NULL, author TEXT NOT NULL, author_id TEXT NOT NULL, own INTEGER NOT NULL, text TEXT NOT NULL, at REAL NOT NULL,
    hidden INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('comment', 'mention', 'message')), edited_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS comments_by_account ON comments (network, account, seq);
CREATE INDEX IF NOT EXISTS comments_by_post ON comments (network, post, seq);
CREATE TABLE IF NOT EXISTS direct_messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, network TEXT NOT NULL, account TEXT NOT NULL,
    conversation TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, own INTEGER NOT NULL, text TEXT NOT NULL, at REAL NOT NULL,
    edits INTEGER NOT NULL, comment TEXT NOT NULL, tag TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS direct_messages_in_order ON direct_messages (network, account, conversation, seq);
CREATE UNIQUE INDEX IF NOT EXISTS private_reply_once ON direct_messages (comment) WHERE comment <> '';
CREATE TABLE IF NOT EXISTS calls (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, network TEXT NOT NULL, account TEXT NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, kind TEXT NOT NULL, status INTEGER NOT NULL, fault TEXT NOT NULL, millis REAL NOT NULL);
CREATE TABLE IF NOT EXISTS audit_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL CHECK (event IN ('published', 'withdrawn')), network TEXT NOT NULL,
    account TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL, media TEXT NOT NULL,
    link TEXT NOT NULL, path TEXT NOT NULL, under TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE IF NOT EXISTS apps (id TEXT PRIMARY KEY, fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS grants (token TEXT PRIMARY KEY, fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS numbers (value INTEGER NOT NULL);
INSERT INTO numbers SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM numbers);
