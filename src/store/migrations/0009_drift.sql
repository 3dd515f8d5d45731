-- Whether the documents of a source are still what they were, and whose word it is that a guess was right.

-- What is usual at each source, and what is suspected. One small document each.
CREATE TABLE watch (
    source TEXT PRIMARY KEY,
    doc    TEXT NOT NULL
);

-- When the bytes of a source last changed, how often they have, and the longest that they stood still between two
-- changes, so that a page that stands still can be told from one that always does.
ALTER TABLE source ADD COLUMN moved BIGINT;
ALTER TABLE source ADD COLUMN moves BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN stillest_ms BIGINT NOT NULL DEFAULT 0;

-- What those who look after sources have been told of each.
CREATE TABLE told_sight (
    address TEXT NOT NULL,
    source  TEXT NOT NULL,
    vendor  TEXT NOT NULL,
    doc     TEXT NOT NULL,
    PRIMARY KEY (address, source)
);
CREATE INDEX told_sight_vendor ON told_sight (vendor);

-- A person has looked at what was read, and says that it is right. Another format needs another word.
CREATE TABLE confirmation (
    source TEXT PRIMARY KEY,
    format TEXT NOT NULL,
    at     BIGINT NOT NULL,
    who    TEXT NOT NULL
);
