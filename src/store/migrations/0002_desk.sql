-- People, what they may do, and what they did. Secrets stand here as hashes only.

CREATE TABLE account (
    id        TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    -- The name as it is compared: no two accounts differ only in case.
    folded    TEXT NOT NULL UNIQUE,
    role      TEXT NOT NULL,
    -- Argon2id; none until its owner has set one by a link.
    password  TEXT,
    made      BIGINT NOT NULL,
    signed_in BIGINT
);

CREATE TABLE session (
    hash    TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    made    BIGINT NOT NULL,
    used    BIGINT NOT NULL,
    ends    BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);

-- One-time links. Without an account it makes the first one. Using it removes it.
CREATE TABLE link (
    hash    TEXT PRIMARY KEY,
    account TEXT,
    ends    BIGINT NOT NULL
);

CREATE TABLE token (
    id      TEXT PRIMARY KEY,
    hash    TEXT NOT NULL UNIQUE,
    name    TEXT NOT NULL,
    scope   TEXT NOT NULL,
    made    BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    ends    BIGINT,
    used    BIGINT
);

-- What was asked for once and must not be done twice, by the key of its form.
CREATE TABLE deed (
    key      TEXT PRIMARY KEY,
    at       BIGINT NOT NULL,
    incident TEXT NOT NULL
);

CREATE TABLE acknowledgement (
    incident TEXT PRIMARY KEY,
    at       BIGINT NOT NULL,
    who      TEXT NOT NULL
);

-- A vendor's report that a person joined to an incident opened by hand. `own` is the incident that it began, and is
-- again once it is parted; `told` is what had been told of both, so that parting can give it back.
CREATE TABLE joint (
    source     TEXT NOT NULL,
    key        TEXT NOT NULL,
    generation BIGINT NOT NULL,
    own        TEXT NOT NULL,
    incident   TEXT NOT NULL,
    at         BIGINT NOT NULL,
    who        TEXT NOT NULL,
    told       TEXT NOT NULL,
    PRIMARY KEY (source, key, generation)
);
CREATE UNIQUE INDEX joint_own ON joint (own);
CREATE INDEX joint_incident ON joint (incident);

-- Each row holds the hash of the one before: what was changed or taken out shows.
CREATE TABLE audit (
    seq    BIGINT PRIMARY KEY,
    at     BIGINT NOT NULL,
    who    TEXT NOT NULL,
    origin TEXT NOT NULL,
    deed   TEXT NOT NULL,
    about  TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash   TEXT NOT NULL
);
CREATE INDEX audit_about ON audit (about, seq);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
