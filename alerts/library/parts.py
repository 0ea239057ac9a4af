"""The parts of an open project, each created when it is first used, since some take long to import."""

from functools import cached_property
from typing import TYPE_CHECKING

from alerts.library.opened import ProjectPart

if TYPE_CHECKING:
    from alerts.library.api_access import ApiTokens
    from alerts.library.archive import Archive
    from alerts.library.articles import Articles
    from alerts.library.bounces import Bounces
    from alerts.library.copies import Copies
    from alerts.library.deliveries import Deliveries
    from alerts.library.figures import ProjectFigures
