"""Profiles of partner organisations."""

import json

from sqlite_utils import Database

from alerts.domain.article import Profile


def put(db: Database, profile: Profile) -> None:
    """Store a profile; it replaces one with the same slug."""
    db.conn.execute(
        """INSERT INTO profiles (slug, name, link, logo, descriptions) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (slug) DO UPDATE SET name = excluded.name, link = excluded.link,
               logo = excluded.logo, descriptions = excluded.descriptions""",
        (
            profile.slug,
            profile.name,
            profile.link,
            profile.logo,
            json.dumps(dict(profile.descriptions), ensure_ascii=False, sort_keys=True),
        ),
    )


def remove(db: Database, slug: str) -> bool:
    """Remove a profile; False where there is none."""
    return db.conn.execute("DELETE FROM profiles WHERE slug = ?", (slug,)).rowcount == 1


def all_profiles(db: Database) -> dict[str, Profile]:
    """Every profile by its slug, ordered by name."""
    rows = db.query("SELECT slug, name, link, logo, descriptions FROM profiles ORDER BY name, slug")
    return {
        row["slug"]: Profile(
            row["slug"], row["name"], row["link"], row["logo"], json.loads(row["descriptions"])
        )
        for row in rows
    }
