-- When a message should first have gone out: what is gathered goes out later than it was made.
ALTER TABLE notification ADD COLUMN ready BIGINT;
UPDATE notification SET ready = made;
-- It is about the worst: what must arrive by a second way if it does not by the first.
ALTER TABLE notification ADD COLUMN grave BOOLEAN NOT NULL DEFAULT FALSE;
-- Its way is broken as a whole, and no waiting will mend that.
ALTER TABLE notification ADD COLUMN broken BOOLEAN NOT NULL DEFAULT FALSE;
-- The message by which it goes a second way too, or a word for why none does.
ALTER TABLE notification ADD COLUMN second TEXT;
-- It was refused as too long or as spam, and goes once more in the short form.
ALTER TABLE notification ADD COLUMN shortened BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX notification_unseconded ON notification (receiver, ready) WHERE second IS NULL AND state <> 'delivered';
CREATE INDEX notification_address ON notification (address, ready);

-- What a second way has been told because the first did not take it: its end goes there too.
CREATE TABLE second_way (
    address      TEXT NOT NULL,
    cause        TEXT NOT NULL,
    receiver     TEXT NOT NULL,
    notification TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    PRIMARY KEY (address, cause)
);

-- What is wrong with our ways: told once, and once that it is over.
CREATE TABLE trouble (
    way         TEXT PRIMARY KEY,
    receiver    TEXT NOT NULL,
    kind        TEXT NOT NULL,
    since       BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    subject     TEXT,
    -- How the receiver was configured: a way that is gone is called again only when that is another.
    made_of     TEXT,
    told        BIGINT,
    over        BIGINT
);

-- The newest daily trial of each way.
CREATE TABLE trial (
    receiver     TEXT PRIMARY KEY,
    hour         BIGINT NOT NULL,
    notification TEXT NOT NULL
);
