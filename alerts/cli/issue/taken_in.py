"""Imports the text of an issue that an editor has changed, for `issue edit` and `issue import`."""

from alerts.cli.context import Session
from alerts.domain.month import Month
from alerts.library.issue_results import TextTaken

COUNTED = ("edited", "moved", "excluded", "included", "added")


def take_in(session: Session, month: Month | str | None, text: str, by: str) -> TextTaken:
    """Take in a text, and tell what that changed."""
    done = session.project.issues.import_text(text, month, by=by)
    taken = done.taken
    told = [f"{getattr(taken, name)} {name}" for name in COUNTED if getattr(taken, name)]
    if taken.introductions:
        told.append(f"introduction in {', '.join(taken.introductions)}")
    if taken.faces:
        told.append(f"subject or headline in {', '.join(taken.faces)}")
    session.say(f"{done.month}: {'; '.join(told) or 'nothing changed'}")
    for note in done.notes:
        session.warn(note)
    session.warn_voided(done.voided)
    return done
