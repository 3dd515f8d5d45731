-- What far sides call what they were told of: the message that a thread hangs on, the number of a ticket.
CREATE TABLE handle (
    address TEXT NOT NULL,
    thread  TEXT NOT NULL,
    name    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (address, thread)
);
CREATE INDEX handle_at ON handle (at);
