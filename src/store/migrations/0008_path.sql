-- When a source is looked at next, as the timetable has it: for people who wait for it.
ALTER TABLE source ADD COLUMN next_look BIGINT;

-- The page of deliveries: sorted by state, then newest first, read from the index alone.
CREATE INDEX notification_page ON notification (state, seq, receiver, id);
-- With the notification in it, it serves what asked for the cause alone too.
DROP INDEX topic_cause;
CREATE INDEX topic_cause ON topic (cause, notification);
-- What was decided not to be told, the newest first.
CREATE INDEX decision_withheld ON decision (seq, receiver, cause) WHERE is_sent = FALSE;
