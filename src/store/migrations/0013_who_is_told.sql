-- What somebody does not want to be told for a while. One that is over stays, so that it can be said why nobody was told.
CREATE TABLE silence (
    id     TEXT PRIMARY KEY,
    begins BIGINT NOT NULL,
    ends   BIGINT NOT NULL,
    doc    TEXT NOT NULL
);
CREATE INDEX silence_ends ON silence (ends);

-- The rule by which a decision was made, in one word: what is counted and filtered by.
ALTER TABLE decision ADD COLUMN rule TEXT;

-- Until when a notification gathers what its address is told together; empty for one that is told at once.
ALTER TABLE notification ADD COLUMN gather TEXT;
