"""Checks whether each installed plug-in can be loaded, and whether a built-in name hides one."""

from collections.abc import Iterator

from alerts.config.plug_ins import SOURCES, TRANSLATORS, TRANSPORTS, PlugIn, plug_ins
from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.errors import PlugInFault
from alerts.sources.kinds import KINDS
from alerts.translation.translators import BUILT_IN
from alerts.transport.relay import SCHEMES


def load(context: CheckContext) -> Iterator[CheckOutput]:
    """Check every installed plug-in, also those that this project does not use."""
    found = [
        _loaded(plug_in, hidden=plug_in.name in ours)
        for group, ours in ((SOURCES, KINDS), (TRANSPORTS, SCHEMES), (TRANSLATORS, BUILT_IN))
        for plug_in in plug_ins(group).values()
    ]
    yield from found or [CheckOutput(CheckLevel.OK, "none is installed")]


def _loaded(plug_in: PlugIn, *, hidden: bool) -> CheckOutput:
    remedy = f"upgrade {plug_in.package}, or uninstall it"
    if hidden:
        about = f"plug-in {plug_in}: never used, alerts has a “{plug_in.name}” of its own"
        return CheckOutput(CheckLevel.WARNING, about, remedy)
    try:
        plug_in.load()
    except PlugInFault as fault:
        return CheckOutput(CheckLevel.ERROR, str(fault), remedy)
    return CheckOutput(CheckLevel.OK, f"plug-in {plug_in} loads")
