-- What was found out about the pages of sources whose file says `format = "auto"`: so that it is asked for once, and
-- not again after each start. `page` is what the file named then; for another page the row says nothing.
CREATE TABLE detected (
    source TEXT PRIMARY KEY,
    page   TEXT NOT NULL,
    format TEXT NOT NULL,
    url    TEXT NOT NULL,
    roles  TEXT NOT NULL,
    sign   TEXT NOT NULL,
    at     BIGINT NOT NULL
);
