"""The drafts that were rendered last, for pages that show the same one again and again.

A draft is rendered and linted again when its issue, a picture, or a file of the templates has changed.
What sends never asks here: an approval is compared with what is rendered when the issue is queued.
"""

import threading
from collections import OrderedDict
from typing import Any

from alerts.domain.month import Month
from alerts.editions.environment import file_stamps, template_files
from alerts.library.project import Project
from alerts.library.readiness import LintedDraft
from alerts.lint.place import Level
from alerts.store import issues, picture_originals

MOST = 4  # drafts that are kept


class RecentDrafts:
    """May be used from any thread; of two that ask for the same draft, one renders it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Month, tuple[Any, LintedDraft]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, project: Project, month: Month) -> LintedDraft:
        """The draft of a month as it is now; raises `TemplateFault`."""
        with self._lock:
            state = _state(project, month)
            known = self._kept.pop(month, None)
            if known is None or known[0] != state:
                draft = project.draft(month)
                known = state, LintedDraft(draft, project.linter.causes(draft, Level.WARNING))
            self._kept[month] = known
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return known[1]


def _state(project: Project, month: Month) -> tuple[Any, ...]:
    """What a draft is made of; equal as long as it would be the same."""
    stored = issues.get(project.db, month)
    frozen = (stored.state, stored.version) if stored is not None and stored.frozen else None
    return (
        frozen,
        project.issues.composed(month),
        dict(picture_originals.prepared(project.db)),
        tuple(file_stamps(template_files(project.settings.root))),
    )
