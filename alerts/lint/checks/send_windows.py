"""Codes of findings about the send windows of an issue, which no edition shows.

Their findings are made in `alerts/library/window_findings.py`, from the settings and the readers.
"""

from alerts.lint.place import Level
from alerts.lint.register import declare

WINDOW_HOLIDAYS = declare(
    "window-holidays", Level.ERROR, "windows.holidays",
    why="Nobody is emailed on a holiday because a file was broken: nothing is sent until it can be read.",
    remedy="Mend the file, or change windows.holidays.",
)  # fmt: skip
WINDOW_CLOSED = declare(
    "window-closed", Level.ERROR, "windows.days",
    why="Readers whose send window never opens get nothing.",
    remedy="Change windows.days or windows.holidays.",
)  # fmt: skip
WINDOW_SHORT = declare(
    "window-short", Level.WARNING, "windows.open",
    why="What cannot go before its send window closes waits for the next one, a day or a weekend later.",
    remedy="Raise the limit, widen windows.open, or let the rest wait for the next day.",
    several="send windows are too short for all their readers",
)  # fmt: skip
WINDOW_UNUSED = declare(
    "window-unused", Level.WARNING, "windows.languages",
    why="Hours for a language that no subscriber has are mostly a slip in its code.",
    remedy="Correct the language in [windows.languages], or remove it.",
    several="languages with hours of their own are read by no subscriber",
)  # fmt: skip
