"""The versions and corrections of an issue, and that it was dropped, as `alerts status` tells them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from alerts.cli.context import Session
from alerts.store.corrections import Correction
from alerts.store.dropped_issues import DroppedIssue
from alerts.store.issue_versions import IssueVersion


def version_document(one: IssueVersion) -> dict[str, Any]:
    """One version of the issue, for `--json`."""
    return {
        "version": one.number,
        "queued_at": one.queued_at.isoformat(),
        "approved_by": list(one.approved_by),
        "recalled_at": one.recalled_at.isoformat() if one.recalled_at else None,
        "recalled_by": one.recalled_by,
        "why": one.why,
        "deliveries": one.counts,
    }


def version_lines(versions: Sequence[IssueVersion]) -> list[str]:
    """Which version went to how many, one per line; nothing for an issue that was never recalled."""
    if not any(one.recalled_at for one in versions):
        return []
    lines = []
    for one in versions:
        told = ", ".join(f"{number} {state}" for state, number in one.counts.items() if number)
        lines.append(f"version {one.number}: {told or 'nobody'}")
        if one.recalled_at:
            why = f": {one.why}" if one.why else ""
            lines[-1] += (
                f"; recalled {one.recalled_at:%Y-%m-%d %H:%M} UTC by {one.recalled_by}{why}"
            )
    return lines


def scheduled_line(at: datetime, session: Session) -> str:
    """When a special alert goes by itself."""
    zone = session.settings.zone
    return f"goes by itself {at.astimezone(zone):%a %Y-%m-%d %H:%M} {zone.key}"


def dropped_document(one: DroppedIssue | None) -> dict[str, Any] | None:
    """That the issue is not sent, for `--json`; None where it was not dropped."""
    return {"at": one.at.isoformat(), "by": one.by, "why": one.why} if one else None


def dropped_lines(one: DroppedIssue | None) -> list[str]:
    """That the issue is not sent, since when and why, in one line; nothing where it was not dropped."""
    if one is None:
        return []
    return [f"dropped {one.at:%Y-%m-%d %H:%M} UTC by {one.by}: {one.why}"]


def correction_document(one: Correction) -> dict[str, Any]:
    """One correction, for `--json`."""
    return {
        "number": one.number,
        "queued_at": one.at.isoformat(),
        "languages": sorted(one.texts),
        "versions": list(one.versions),
        "article": one.article,
        "where": one.where,
        "deliveries": one.counts,
    }


def correction_lines(corrections: Sequence[Correction]) -> list[str]:
    """How the corrections stand, one per line."""
    return [
        f"correction {one.number} of {one.at:%Y-%m-%d %H:%M} UTC"
        + (f" for “{one.where}”: " if one.where else ": ")
        + (", ".join(f"{n} {state}" for state, n in one.counts.items() if n) or "nobody")
        for one in corrections
    ]
