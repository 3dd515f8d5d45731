-- Subscriptions that people made for an address, beside those of the configuration.

CREATE TABLE own (
    id         TEXT PRIMARY KEY,
    address    TEXT NOT NULL,
    -- The account or the token that made it; none for an address alone.
    owner      TEXT,
    owner_name TEXT,
    -- From where it was asked for: nobody may ask for many.
    origin     TEXT NOT NULL,
    choice     TEXT NOT NULL,
    asked      BIGINT NOT NULL,
    -- Whether the address was written to because of it.
    was_mailed BOOLEAN NOT NULL,
    confirmed  BIGINT,
    paused     BIGINT,
    left_at    BIGINT,
    left_by_link BOOLEAN NOT NULL,
    locked_by  TEXT,
    locked_at  BIGINT,
    -- Its receiver wanted to leave although it is locked.
    wants_out  BIGINT
);
CREATE INDEX own_address ON own (address, asked);
CREATE INDEX own_asked ON own (asked);

-- Keys in links of mails, each for one purpose and for these subscriptions of one address. Of a key only its hash is here.
CREATE TABLE own_key (
    hash    TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    address TEXT NOT NULL,
    owns    TEXT NOT NULL,
    made    BIGINT NOT NULL,
    ends    BIGINT
);
CREATE INDEX own_key_made ON own_key (made);
