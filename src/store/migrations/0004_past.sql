-- What the pages tell of the past, without walking through all of it.

-- In which half hours a source was read: one row a day, a bit for each of its 48 half hours, in UTC. A day without a
-- row, or a half hour without its bit, is time of which nobody can speak.
CREATE TABLE watched (
    source TEXT NOT NULL,
    day    BIGINT NOT NULL,
    seen   BIGINT NOT NULL,
    PRIMARY KEY (source, day)
);

CREATE INDEX change_source ON change (source, at);
CREATE INDEX report_source ON report (source, changed);
