"""The tables of the read models. They hold nothing that the logs do not: another shape means another rebuild.

A reservation's ``place`` is made of its stream's number and the version of its first event: new rows
come at the end of the table, a conference's rows stand together, and the oldest comes first.
"""

from typing import Final

from sqlite_utils import Database

SHAPE: Final = 2
"""Kept in the database as ``user_version``; grows with every change below."""

PLACE_BITS: Final = 40
"""Of a place, for the version; the stream's number stands above."""

_TABLES: Final = """
CREATE TABLE streams (
    number INTEGER PRIMARY KEY,
    stream TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,         -- the last version that the rows below know
    first_place INTEGER NOT NULL,
    last_place INTEGER NOT NULL
);
CREATE TABLE conferences (
    conference TEXT PRIMARY KEY,
    organiser TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    search TEXT NOT NULL,              -- name, tagline and location, case folded
    version INTEGER NOT NULL,
    document BLOB NOT NULL             -- JSON of messages.conference.ConferenceStands
) WITHOUT ROWID;
CREATE INDEX conferences_by_state ON conferences (state, starts_on, slug);
CREATE INDEX conferences_by_organiser ON conferences (organiser, starts_on, slug);
CREATE TABLE availability (
    conference TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    as_of_ms INTEGER NOT NULL,
    currency TEXT NOT NULL,
    document BLOB NOT NULL,            -- JSON, as it is served
    taken BLOB NOT NULL,               -- JSON: seats taken by seat type
    counts BLOB NOT NULL               -- JSON of actors.projections.availability.Counts
) WITHOUT ROWID;
CREATE TABLE reservations (
    place INTEGER PRIMARY KEY,
    reservation TEXT NOT NULL,
    status TEXT NOT NULL,
    lines BLOB NOT NULL,               -- JSON of messages.seats.Line, as many as it has
    expires_at_ms INTEGER,             -- while held or offered
    created_at_ms INTEGER NOT NULL,
    wait_place INTEGER,                -- while waiting: where it stands on the list, as a place
    since_ms INTEGER,                  -- while waiting: since when
    subject TEXT                       -- who waits or waited, by the name in the vault
);
CREATE UNIQUE INDEX reservations_by_id ON reservations (reservation);
CREATE INDEX reservations_by_status ON reservations (status, place);
CREATE INDEX reservations_by_deadline ON reservations (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
CREATE UNIQUE INDEX reservations_waiting ON reservations (wait_place) WHERE wait_place IS NOT NULL;
"""

_ORDER_TABLES: Final = """
CREATE TABLE order_terms (
    conference TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,          -- the conference's
    document BLOB NOT NULL             -- JSON of messages.orders.OrderTerms
) WITHOUT ROWID;
CREATE TABLE orders (
    place INTEGER PRIMARY KEY,         -- as a reservation's, in the stream of orders
    order_id TEXT NOT NULL,
    conference TEXT NOT NULL,
    reservation TEXT NOT NULL,
    access TEXT NOT NULL,              -- hash of e-mail and access code, "" for none
    status TEXT NOT NULL,
    phase TEXT NOT NULL,               -- actors.projections.order_rows.Phase
    returning_count INTEGER NOT NULL,  -- releases that the inventory does not know of yet
    due_ms INTEGER,                    -- from when its entity has something to do by itself
    document BLOB NOT NULL             -- JSON of messages.order_replies.OrderStands; its version is the stream's
);
CREATE UNIQUE INDEX orders_by_id ON orders (order_id);
CREATE INDEX orders_by_reservation ON orders (reservation);
CREATE INDEX orders_by_access ON orders (access) WHERE access <> '';
CREATE INDEX orders_by_status ON orders (conference, status, place);
CREATE INDEX orders_by_phase ON orders (conference, phase);
CREATE INDEX orders_by_due ON orders (due_ms) WHERE due_ms IS NOT NULL;
CREATE TABLE order_seats (
    conference TEXT NOT NULL,          -- of sold orders only
    order_id TEXT NOT NULL,
    seat INTEGER NOT NULL,
    seat_type TEXT NOT NULL,
    price_minor INTEGER NOT NULL,
    fee_minor INTEGER NOT NULL,
    status TEXT NOT NULL,
    attendee TEXT NOT NULL,            -- by the name in the vault, "" for nobody
    checked_in_at_ms INTEGER NOT NULL, -- 0 for not
    checked_in_where TEXT NOT NULL,
    PRIMARY KEY (conference, order_id, seat)
) WITHOUT ROWID;
CREATE TABLE refunds (
    refund TEXT PRIMARY KEY,
    conference TEXT NOT NULL,
    order_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    payment TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    status TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT ''   -- of the last failure
) WITHOUT ROWID;
CREATE INDEX refunds_pending ON refunds (conference, refund) WHERE status = 'pending';
CREATE TABLE check_ins (
    place INTEGER PRIMARY KEY,
    conference TEXT NOT NULL,
    order_id TEXT NOT NULL,
    seat INTEGER NOT NULL,
    seat_type TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    door TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX check_ins_by_seat ON check_ins (order_id, seat);
CREATE TABLE sales (
    conference TEXT NOT NULL,
    day TEXT NOT NULL,                 -- UTC; what was given back counts on the day that it was
    seat_type TEXT NOT NULL,
    currency TEXT NOT NULL,
    seats INTEGER NOT NULL,
    turnover_minor INTEGER NOT NULL,
    PRIMARY KEY (conference, day, seat_type, currency)
) WITHOUT ROWID;
CREATE TABLE fee_lines (
    place INTEGER PRIMARY KEY,
    conference TEXT NOT NULL,
    order_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seats INTEGER NOT NULL,
    turnover_minor INTEGER NOT NULL,
    fee_minor INTEGER NOT NULL,
    currency TEXT NOT NULL
);
CREATE INDEX fee_lines_by_month ON fee_lines (conference, at_ms);
"""


class OtherShape(Exception):
    """The read models were made by another version of the software: they must be rebuilt."""


def create(db: Database) -> None:
    """Makes the tables where there are none. Raises ``OtherShape``."""
    shape = _shape(db)
    if shape == 0 and not db.table_names():
        with db.atomic():
            for statement in (_TABLES + _ORDER_TABLES).split(";\n"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {SHAPE}")
    elif shape != SHAPE:
        raise OtherShape(f"the read models have shape {shape}, not {SHAPE}: stop the system and run `run.py rebuild`")


def wipe(db: Database) -> None:
    """Drops every table of the read models, of whatever shape, and makes them anew, empty."""
    with db.atomic():
        for name in db.table_names():
            db[name].drop()
        db.execute("PRAGMA user_version = 0")
    create(db)


def _shape(db: Database) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
