"""The schema `alerts_hub`: made and migrated by the control node, whose role owns it.

    sends      the one send that is lent out: its generation, its orders, the last sign of the control node
    editions   what messages are made of, by SHA-256; with the key that signs links
    slips      the deliveries, with address and name, until their outcome is folded
    leases     who holds some of them, and until when
    workers    who is here

All but `workers` is emptied when a send ends. A worker speaks one version and waits for it.
"""

from alerts.hub.database import HubDatabase

VERSION = 1
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
CREATE INDEX IF NOT EXISTS slips_open ON alerts_hub.slips (id) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS slips_done ON alerts_hub.slips (id) WHERE state = 'done';
CREATE INDEX IF NOT EXISTS slips_leased ON alerts_hub.slips (lease, id) WHERE state = 'leased';
CREATE INDEX IF NOT EXISTS slips_revoked ON alerts_hub.slips (id) WHERE revoked;
CREATE TABLE IF NOT EXISTS alerts_hub.workers (
    id text PRIMARY KEY, host text NOT NULL, seen_at timestamptz NOT NULL,
    done bigint NOT NULL DEFAULT 0, fault text NOT NULL DEFAULT '', drain boolean NOT NULL DEFAULT false);
INSERT INTO alerts_hub.version SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM alerts_hub.version);
"""


def ensure(hub: HubDatabase) -> None:
    """Make the schema where it is missing."""
    hub.rows(_MAKE)


def version(hub: HubDatabase) -> int:
    """The version of the schema; raises `HubUnavailable` where there is none."""
    (found,) = hub.rows("SELECT number FROM alerts_hub.version")
    return int(found[0])
