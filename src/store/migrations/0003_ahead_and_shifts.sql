-- What each address has been told of a maintenance before it began.
CREATE TABLE told_ahead (
    address  TEXT NOT NULL,
    incident TEXT NOT NULL,
    vendor   TEXT NOT NULL,
    doc      TEXT NOT NULL,
    PRIMARY KEY (address, incident)
);
CREATE INDEX told_ahead_vendor ON told_ahead (vendor);

-- For which hour each address has got the message of a shift last. Other hours or another zone begin anew.
CREATE TABLE shift (
    shift   TEXT NOT NULL,
    address TEXT NOT NULL,
    hours   TEXT NOT NULL,
    told    BIGINT NOT NULL,
    PRIMARY KEY (shift, address)
);
