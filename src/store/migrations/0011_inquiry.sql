-- What asking a page anew came to, after its source was answered by something else for long. `doc` is nothing once the
-- source was read well again; `at` stays, so that no page is asked everything each time that it stumbles. `about` is as
-- what, and where, the source was read then.
CREATE TABLE inquiry (
    source TEXT PRIMARY KEY,
    about  TEXT NOT NULL,
    at     BIGINT NOT NULL,
    doc    TEXT
);
