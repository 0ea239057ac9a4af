"""Originals: pictures of articles, and logos, by where they are, and what was made of each.

An original is known by its address and kind, with the validators of its last fetch (RFC 9110 §8.8), so
that asking again costs nothing; its versions by the focus that they were made with and their use.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.picture import (
    EXTENSIONS,
    Picture,
    PictureKind,
    PictureUse,
    PreparedPicture,
    Version,
)
from alerts.store import moment, pictures, stamp

OriginalKey = tuple[str, PictureKind]
"""Where an original is, and what it is."""


@dataclass(frozen=True, slots=True)
class KnownOriginal:
    """What is known of an original. `fault`: why it cannot be shown, or why it was not reached.

    `focuses` are those that versions were made with (`focus_text`), by `recipe`.
    """

    id: int
    etag: str
    last_modified: str
    digest: str
    fault: str
    recipe: int
    has_master: bool
    checked_at: datetime
    focuses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PictureReading:
    """The last fetch of an original: its validators, and the digest of the document."""

    etag: str = ""
    last_modified: str = ""
    digest: str = ""


def known(db: Database) -> Mapping[OriginalKey, KnownOriginal]:
    """Every original that was asked for."""
    rows = db.query(
        """SELECT o.*, group_concat(DISTINCT 'f' || v.focus) AS focuses, o.master IS NOT NULL AS kept
             FROM picture_originals AS o LEFT JOIN picture_versions AS v ON v.original_id = o.id
            GROUP BY o.id"""
    )
    return {(row["url"], PictureKind(row["kind"])): _known(row) for row in rows}


def _known(row: Mapping[str, object]) -> KnownOriginal:
    focuses = str(row["focuses"] or "")
    parts = [part.removesuffix(",") for part in focuses.split("f")[1:]]
    return KnownOriginal(
        int(str(row["id"])),
        str(row["etag"]),
        str(row["last_modified"]),
        str(row["digest"]),
        str(row["fault"]),
        int(str(row["recipe"])),
        bool(row["kept"]),
        moment(str(row["checked_at"])),
        frozenset(parts),
    )


def master(db: Database, original_id: int) -> bytes:
    """What the versions of an original are made of, or nothing."""
    row = db.conn.execute(
        """SELECT p.octets FROM picture_originals AS o JOIN pictures AS p ON p.sha256 = o.master
            WHERE o.id = ?""",
        (original_id,),
    ).fetchone()
    return bytes(row[0]) if row else b""


def checked(
    db: Database, key: OriginalKey, reading: PictureReading, now: datetime, fault: str = ""
) -> int:
    """Record that an original was asked for, and what was wrong with it; returns its id."""
    row = db.conn.execute(
        """INSERT INTO picture_originals (url, kind, etag, last_modified, digest, fault, checked_at)
           VALUES (:url, :kind, :etag, :last_modified, :digest, :fault, :now)
           ON CONFLICT (url, kind) DO UPDATE
              SET etag = :etag, last_modified = :last_modified, digest = :digest, fault = :fault,
                  checked_at = :now
           RETURNING id""",
        {
            "url": key[0],
            "kind": key[1].value,
            "etag": reading.etag,
            "last_modified": reading.last_modified,
            "digest": reading.digest,
            "fault": fault,
            "now": stamp(now),
        },
    ).fetchone()
    return int(row[0])


def is_kept(db: Database, original_id: int) -> bool:
    """True unless an original was forgotten since it was read."""
    row = db.conn.execute("SELECT 1 FROM picture_originals WHERE id = ?", (original_id,)).fetchone()
    return row is not None


def forget_versions(db: Database, original_id: int) -> None:
    """The original is another picture now, or none that can be shown."""
    db.conn.execute("DELETE FROM picture_versions WHERE original_id = ?", (original_id,))
    db.conn.execute(
        "UPDATE picture_originals SET master = NULL, width = 0, height = 0 WHERE id = ?",
        (original_id,),
    )


def put_master(
    db: Database, original_id: int, size: tuple[int, int], picture: Picture, recipe: int
) -> None:
    """Keep what versions are made of; `size` is that of the original."""
    db.conn.execute(
        "UPDATE picture_originals SET master = ?, width = ?, height = ?, recipe = ? WHERE id = ?",
        (pictures.put(db, picture), *size, recipe, original_id),
    )


def put_versions(
    db: Database, original_id: int, focus: str, versions: Mapping[PictureUse, Picture], recipe: int
) -> None:
    """Keep what was made of an original with that focus, instead of what was made before."""
    db.conn.execute(
        "DELETE FROM picture_versions WHERE original_id = ? AND focus = ?", (original_id, focus)
    )
    db.conn.executemany(
        "INSERT INTO picture_versions (original_id, focus, use, sha256) VALUES (?, ?, ?, ?)",
        [
            (original_id, focus, use.value, pictures.put(db, picture))
            for use, picture in versions.items()
        ],
    )
    db.conn.execute("UPDATE picture_originals SET recipe = ? WHERE id = ?", (recipe, original_id))


def prepared(db: Database) -> Mapping[tuple[str, PictureKind, str], PreparedPicture]:
    """All that can be shown now, by address, kind and focus."""
    rows = db.conn.execute(
        """SELECT o.url, o.kind, v.focus, v.use, o.width, o.height, p.sha256, p.type, p.width, p.height,
                  length(p.octets)
             FROM picture_versions AS v JOIN picture_originals AS o ON o.id = v.original_id
             JOIN pictures AS p ON p.sha256 = v.sha256"""
    )
    found: dict[tuple[str, PictureKind, str], PreparedPicture] = {}
    for url, kind, focus, use, *original, sha256, media, width, height, size in rows.fetchall():
        key = (url, PictureKind(kind), focus)
        before = found.get(key) or PreparedPicture(original[0], original[1], {})
        version = Version(f"{sha256}.{EXTENSIONS[media]}", width, height, size)
        found[key] = replace(before, versions={**before.versions, PictureUse(use): version})
    return found


def faults(db: Database) -> Mapping[OriginalKey, str]:
    """Why originals of which nothing can be shown are not shown."""
    rows = db.conn.execute(
        "SELECT url, kind, fault FROM picture_originals WHERE fault <> '' AND master IS NULL"
    )
    return {(url, PictureKind(kind)): fault for url, kind, fault in rows.fetchall()}


def keep_only(db: Database, wanted: Collection[tuple[str, PictureKind, str]]) -> None:
    """Forget the originals, and the versions by focus, that are not among these."""
    keys = {key[:2] for key in wanted}
    for (url, kind), original in known(db).items():
        if (url, kind) not in keys:
            db.conn.execute("DELETE FROM picture_versions WHERE original_id = ?", (original.id,))
            db.conn.execute("DELETE FROM picture_originals WHERE id = ?", (original.id,))
            continue
        for focus in _unwanted(original.focuses, url, kind, wanted):
            db.conn.execute(
                "DELETE FROM picture_versions WHERE original_id = ? AND focus = ?",
                (original.id, focus),
            )


def _unwanted(
    focuses: Iterable[str],
    url: str,
    kind: PictureKind,
    wanted: Collection[tuple[str, PictureKind, str]],
) -> Iterable[str]:
    return [focus for focus in focuses if (url, kind, focus) not in wanted]


def logo(db: Database, url: str) -> str:
    """The name of the picture that was made of a logo, or nothing."""
    row = db.conn.execute(
        """SELECT p.sha256, p.type FROM picture_versions AS v
             JOIN picture_originals AS o ON o.id = v.original_id JOIN pictures AS p ON p.sha256 = v.sha256
            WHERE o.url = ? AND o.kind = 'logo' AND v.use = 'logo'""",
        (url,),
    ).fetchone()
    return f"{row[0]}.{EXTENSIONS[row[1]]}" if row else ""
