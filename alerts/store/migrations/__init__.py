"""The schema, as migrations in the order of their numbers; importing this registers them all.

A new migration is a file of its own, `mNNN_what_it_does.py`, and a line here.
"""

from contextlib import closing

from sqlite_utils import Database

from alerts.store.migrations import (  # noqa: F401
    m001_to_m004,
    m005_to_m009,
    m010_to_m014,
    m015_rendered_with,
    m016_one_mailbox,
    m017_unnamed_proxy,
    m018_imports,
    m019_notices_of_their_own,
    m020_deliveries_by_issue,
    m021_kinds_of_plug_ins,
    m022_asserted_imports,
    m023_marks,
    m024_departures,
    m025_accepted_findings,
    m026_relay_limits,
    m027_clock,
    m028_pictures,
    m029_faces,
    m030_share_pictures,
    m031_uncounted,
    m032_stories,
    m033_quarantine,
    m034_moved_sources,
    m035_read_again,
    m036_versions,
    m037_corrections,
    m038_withdrawals,
    m039_imported_issues,
    m040_timezones,
    m041_mailed,
    m042_empty_links,
    m043_segments,
    m044_specials,
    m045_dropped_issues,
    m046_welcomes,
    m047_people,
    m048_jobs,
    m049_history,
    m050_api,
    m051_incidents,
    m057_comments,
    m058_approved_texts,
)
from alerts.store.migrations.registry import MIGRATIONS

__all__ = ["FORMER_NAMES", "MIGRATIONS", "from_the_future", "take_over_former_names"]

# Names that databases made before November 2026 have recorded: two migrations had the number 8, and two
# had numbers in another order.
FORMER_NAMES = {
    "m012_open_deliveries": "m009_open_deliveries",
    "m008_archive": "m010_archive",
    "m009_counts": "m011_counts",
    "m013_former_addresses": "m012_former_addresses",
    "m014_notice_envelopes": "m013_notice_envelopes",
    "m015_event_files": "m014_event_files",
}


def take_over_former_names(db: Database) -> None:
    """Rename recorded migrations to their present names."""
    applied = {one.name for one in MIGRATIONS.applied(db)}
    former = applied & FORMER_NAMES.keys()
    if not former:
        return
    marks = ", ".join("?" for _ in former)
    cases = " ".join("WHEN ? THEN ?" for _ in former)
    pairs = [name for old in former for name in (old, FORMER_NAMES[old])]
    db.conn.execute(
        f"UPDATE _sqlite_migrations SET name = CASE name {cases} END"  # noqa: S608 - marks alone
        f" WHERE migration_set = 'alerts' AND name IN ({marks})",
        (*pairs, *former),
    )


def from_the_future(db: Database) -> list[str]:
    """The recorded migrations that this version does not have: a newer version has written the
    database."""
    with closing(Database(memory=True)) as empty:
        ours = {one.name for one in MIGRATIONS.pending(empty)}
    return [one.name for one in MIGRATIONS.applied(db) if one.name not in ours]
