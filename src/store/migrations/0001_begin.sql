-- Rules for every text here (so that PostgreSQL can join): ids TEXT, times BIGINT milliseconds since 1970 passed as
-- parameters, JSON as TEXT, flags BOOLEAN, integers BIGINT.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- One row for each place that was ever looked at.
CREATE TABLE source (
    id           TEXT PRIMARY KEY,
    first_look   BIGINT,
    health       TEXT NOT NULL,
    last_look    BIGINT,
    last_good    BIGINT,
    history_read BIGINT,
    warnings     TEXT NOT NULL
);

-- What one source says of an incident, the newest generation of each key and those before it.
CREATE TABLE report (
    source     TEXT NOT NULL,
    key        TEXT NOT NULL,
    generation BIGINT NOT NULL,
    incident   TEXT NOT NULL,
    is_open    BOOLEAN NOT NULL,
    kind       TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    doc        TEXT NOT NULL,
    PRIMARY KEY (source, key, generation)
);
CREATE INDEX report_open ON report (source, key) WHERE is_open = TRUE;
CREATE INDEX report_incident ON report (incident);
CREATE INDEX report_changed ON report (changed);

CREATE TABLE component (
    source TEXT NOT NULL,
    key    TEXT NOT NULL,
    status TEXT NOT NULL,
    doc    TEXT NOT NULL,
    PRIMARY KEY (source, key)
);
CREATE INDEX component_unwell ON component (source, key) WHERE status <> 'operational';

-- Every version of every thing that a vendor said, as it stood before our eyes.
CREATE TABLE said (
    source     TEXT NOT NULL,
    key        TEXT NOT NULL,
    generation BIGINT NOT NULL,
    update_key TEXT NOT NULL,
    hash       TEXT NOT NULL,
    incident   TEXT NOT NULL,
    seen_at    BIGINT NOT NULL,
    doc        TEXT NOT NULL,
    PRIMARY KEY (source, key, generation, update_key, hash)
);
CREATE INDEX said_incident ON said (incident, seen_at);

-- The feed: every change, in the order in which it was committed.
CREATE TABLE change (
    seq      BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    source   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    incident TEXT,
    doc      TEXT NOT NULL
);
CREATE INDEX change_incident ON change (incident, seq);
CREATE INDEX change_kind ON change (kind, at);

CREATE TABLE effect (
    seq     BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    service TEXT NOT NULL,
    cause   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    doc     TEXT NOT NULL
);
CREATE INDEX effect_cause ON effect (cause, seq);
CREATE INDEX effect_service ON effect (service, seq);

-- What hurts each service now.
CREATE TABLE hurt (
    service TEXT NOT NULL,
    cause   TEXT NOT NULL,
    doc     TEXT NOT NULL,
    PRIMARY KEY (service, cause)
);

-- What each address has been told, or was decided not to be told.
CREATE TABLE told (
    address TEXT NOT NULL,
    service TEXT NOT NULL,
    cause   TEXT NOT NULL,
    doc     TEXT NOT NULL,
    PRIMARY KEY (address, service, cause)
);
CREATE INDEX told_service ON told (service);
CREATE INDEX told_cause ON told (cause);

CREATE TABLE decision (
    seq          BIGINT PRIMARY KEY,
    at           BIGINT NOT NULL,
    receiver     TEXT NOT NULL,
    address      TEXT NOT NULL,
    cause        TEXT NOT NULL,
    is_sent      BOOLEAN NOT NULL,
    why          TEXT NOT NULL,
    notification TEXT,
    doc          TEXT NOT NULL
);
CREATE INDEX decision_cause ON decision (cause, seq);

-- The outbox. A row that is not delivered is never purged.
CREATE TABLE notification (
    id           TEXT PRIMARY KEY,
    seq          BIGINT NOT NULL,
    made         BIGINT NOT NULL,
    receiver     TEXT NOT NULL,
    address      TEXT NOT NULL,
    thread       TEXT NOT NULL,
    tier         BIGINT NOT NULL,
    state        TEXT NOT NULL,
    tries        BIGINT NOT NULL,
    due          BIGINT NOT NULL,
    leased_until BIGINT,
    leased_by    TEXT,
    ended        BIGINT,
    answer       TEXT,
    subject      TEXT,
    facts        TEXT NOT NULL,
    frozen       BLOB
);
CREATE INDEX notification_due ON notification (state, due);
CREATE INDEX notification_seq ON notification (seq);
CREATE INDEX notification_ended ON notification (state, ended);

-- What a notification speaks of: a later one about the same thing, to the same address, waits for it.
CREATE TABLE topic (
    notification TEXT NOT NULL,
    address      TEXT NOT NULL,
    cause        TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    PRIMARY KEY (notification, cause)
);
CREATE INDEX topic_address ON topic (address, cause, seq);

CREATE TABLE attempt (
    notification TEXT NOT NULL,
    number       BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    outcome      TEXT NOT NULL,
    detail       TEXT NOT NULL,
    PRIMARY KEY (notification, number)
);

-- Bodies whose meaning, warnings or health were news.
CREATE TABLE body (
    source TEXT NOT NULL,
    at     BIGINT NOT NULL,
    role   TEXT NOT NULL,
    hash   TEXT NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (source, at, role)
);
