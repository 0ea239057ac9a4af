"""The schema, as migrations in the order of their numbers.

A new migration is a file of its own, `mNNN_what_it_does.py` with a function of that name, and a line here.
The files are imported when a database lacks one of them; whether it does is told by the names.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

if TYPE_CHECKING:
    from alerts.store.migrations.registry import MIGRATIONS as MIGRATIONS

__all__ = [
    "FORMER_NAMES",
    "MIGRATIONS",
    "NAMES",
    "applied",
    "from_the_future",
    "lacking",
    "take_over_former_names",
]

# The files that hold more than one.
_FIRST = {
    "m001_to_m004": ("m001_articles", "m002_subscribers", "m003_outbox", "m004_home"),
    "m005_to_m009": (
        "m005_collecting",
        "m006_editing",
        "m007_web",
        "m008_sections",
        "m009_open_deliveries",
    ),
    "m010_to_m014": (
        "m010_archive",
        "m011_counts",
        "m012_former_addresses",
        "m013_notice_envelopes",
        "m014_event_files",
    ),
}
_OTHERS = (
    "m015_rendered_with",
    "m016_one_mailbox",
    "m017_unnamed_proxy",
    "m018_imports",
    "m019_notices_of_their_own",
    "m020_deliveries_by_issue",
    "m021_kinds_of_plug_ins",
    "m022_asserted_imports",
    "m023_marks",
    "m024_departures",
    "m025_accepted_findings",
    "m026_relay_limits",
    "m027_clock",
    "m028_pictures",
    "m029_faces",
    "m030_share_pictures",
    "m031_uncounted",
    "m032_stories",
    "m033_quarantine",
    "m034_moved_sources",
    "m035_read_again",
    "m036_versions",
    "m037_corrections",
    "m038_withdrawals",
    "m039_imported_issues",
    "m040_timezones",
    "m041_mailed",
    "m042_empty_links",
    "m043_segments",
    "m044_specials",
    "m045_dropped_issues",
    "m046_welcomes",
    "m047_people",
    "m048_jobs",
    "m049_history",
    "m050_api",
    "m051_incidents",
    "m052_scheduled_specials",
    "m053_brought_by_mailbox",
    "m054_comments",
    "m055_approved_texts",
    "m056_people_at_the_desk",
    "m057_drafts",
    "m058_hooks",
    "m059_relay_reports",
    "m060_archived_sections",
    "m061_channels",
    "m062_rendered_editions",
)
NAMES = (*(name for names in _FIRST.values() for name in names), *_OTHERS)

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


def __getattr__(name: str) -> Any:
    """`MIGRATIONS`, with every migration registered."""
    if name != "MIGRATIONS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for file in (*_FIRST, *_OTHERS):
        import_module(f"{__name__}.{file}")
    return import_module(f"{__name__}.registry").MIGRATIONS


def applied(db: Database) -> list[str]:
    """The names of the migrations that the database has recorded, in order; none where it is new."""
    if not db.conn.execute(
        "SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'"
    ).fetchone():
        return []
    rows = db.conn.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = 'alerts' ORDER BY rowid"
    )
    return [name for (name,) in rows]


def take_over_former_names(db: Database) -> None:
    """Rename recorded migrations to their present names."""
    former = FORMER_NAMES.keys() & applied(db)
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
    ours = set(NAMES)
    return [name for name in applied(db) if name not in ours]


def lacking(db: Database) -> bool:
    """Whether the database lacks a migration."""
    return not set(NAMES) <= set(applied(db))
