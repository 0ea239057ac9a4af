"""`project.service`: the figures of the project for a monitor, and whether its database answers."""

from typing import TYPE_CHECKING

from alerts.library.opened import ProjectPart, call

if TYPE_CHECKING:
    from alerts.library.hub_status import HubStatus
    from alerts.store.service_figures import ServiceFigures


class Service(ProjectPart):
    """What a program that watches over this one asks."""

    @call
    def ready(self) -> None:
        """Return if the database can be read; raises an error of the tree."""
        from alerts.store import service_figures

        service_figures.answers(self._opened.db)

    @call
    def figures(self) -> "ServiceFigures":
        """Counts and moments of the whole project; no addresses."""
        from alerts.store import service_figures

        return service_figures.measure(self._opened.db, self._opened.settings.database_path)

    @call
    def hub(self) -> "HubStatus | None":
        """How the hub stands: workers, leases, rates, the last sign; None while nothing is lent to one."""
        from alerts.library.hub_status import hub_status

        return hub_status(self._opened.db, self._opened.settings)
