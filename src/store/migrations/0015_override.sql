-- What somebody set by hand against a vendor's word for a while. One that is over stays, so that it can be said why.
CREATE TABLE override (
    id     TEXT PRIMARY KEY,
    vendor TEXT NOT NULL,
    begins BIGINT NOT NULL,
    ends   BIGINT NOT NULL,
    -- It is over, and nothing that it spoke of is open any more.
    is_history BOOLEAN NOT NULL,
    doc    TEXT NOT NULL
);
CREATE INDEX override_counts ON override (vendor) WHERE is_history = FALSE;
CREATE INDEX override_ends ON override (ends);
