"""The schema `alerts_hub`: made and migrated by the control node, whose role owns it.

    sends      the one send that is lent out: its generation, its orders, the last sign of the control node
    editions   what messages are made of, by SHA-256; with the key that signs links
    slips      the deliveries, with address and name, until their outcome is folded; of those of a
               destination (`place`), what closes first goes first
    rates      when the next message may go, by destination, for all workers together
    leases     who holds some of them, and until when
    workers    who is here

All but `workers` and `rates` is emptied when a send ends. A worker speaks one version and waits for it.
"""

from alerts.hub.database import HubDatabase

VERSION = 2
_MAKE = """
CREATE SCHEMA IF NOT EXISTS alerts_hub;
CREATE TABLE IF NOT EXISTS alerts_hub.version (number integer NOT NULL);
CREATE TABLE IF NOT EXISTS alerts_hub.sends (
    generation bigint PRIMARY KEY, project text NOT NULL, cluster text NOT NULL,
    orders jsonb NOT NULL, open boolean NOT NULL DEFAULT true,
    total bigint NOT NULL DEFAULT 0, seen_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS alerts_hub.editions (
    id bigint PRIMARY KEY, sha256 text NOT NULL, template bytea NOT NULL, frame text NOT NULL,
    secret_id bigint NOT NULL, secret bytea NOT NULL, language text NOT NULL, mark bigint NOT NULL);
CREATE TABLE IF NOT EXISTS alerts_hub.leases (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, generation bigint NOT NULL,
    worker text NOT NULL, expires_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS alerts_hub.slips (
    id bigint PRIMARY KEY, edition_id bigint NOT NULL, subscriber_id bigint NOT NULL,
    email text NOT NULL, name text NOT NULL, attempts integer NOT NULL, mark bigint NOT NULL,
    uncounted boolean NOT NULL, state text NOT NULL DEFAULT 'open'
        CHECK (state IN ('open', 'leased', 'done')),
    lease bigint, revoked boolean NOT NULL DEFAULT false, outcome jsonb,
    CHECK ((state = 'leased') = (lease IS NOT NULL)), CHECK ((state = 'done') = (outcome IS NOT NULL)));
CREATE INDEX IF NOT EXISTS slips_done ON alerts_hub.slips (id) WHERE state = 'done';
CREATE INDEX IF NOT EXISTS slips_leased ON alerts_hub.slips (lease, id) WHERE state = 'leased';
CREATE INDEX IF NOT EXISTS slips_revoked ON alerts_hub.slips (id) WHERE revoked;
CREATE TABLE IF NOT EXISTS alerts_hub.workers (
    id text PRIMARY KEY, host text NOT NULL, seen_at timestamptz NOT NULL,
    done bigint NOT NULL DEFAULT 0, fault text NOT NULL DEFAULT '', drain boolean NOT NULL DEFAULT false);
CREATE TABLE IF NOT EXISTS alerts_hub.rates (
    place integer PRIMARY KEY, rate double precision NOT NULL CHECK (rate > 0),
    next_at timestamptz NOT NULL DEFAULT clock_timestamp());
INSERT INTO alerts_hub.version SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM alerts_hub.version);
"""
_MIGRATIONS = (  # from version 1 to 2, and so on
    """
ALTER TABLE alerts_hub.slips ADD COLUMN IF NOT EXISTS place integer NOT NULL DEFAULT 0,
                             ADD COLUMN IF NOT EXISTS closes bigint NOT NULL DEFAULT 0;
DROP INDEX IF EXISTS alerts_hub.slips_open;
CREATE INDEX slips_open ON alerts_hub.slips (place, closes, id) WHERE state = 'open';
""",
)


def ensure(hub: HubDatabase) -> None:
    """Make the schema where it is missing, and bring an older one up to date, what is in it kept.

    All statements of one call of `rows` are one transaction.
    """
    hub.rows(_MAKE)
    for number in range(version(hub), VERSION):
        hub.rows(f"{_MIGRATIONS[number - 1]} UPDATE alerts_hub.version SET number = {number + 1};")  # noqa: S608


def version(hub: HubDatabase) -> int:
    """The version of the schema; raises `HubUnavailable` where there is none."""
    (found,) = hub.rows("SELECT number FROM alerts_hub.version")
    return int(found[0])
