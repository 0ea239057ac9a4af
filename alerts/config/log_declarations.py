"""The settings of logs; see declarations.py."""

from dataclasses import dataclass

from alerts.config.option import option


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What `serve`, `schedule` and the commands that they run write to stderr."""

    format: str = option(
        "auto",
        "plain: one line an event with time, level, event and ids; json: the same as JSON; auto: plain for"
        " `serve` and `schedule`, and words alone for commands that a person or cron calls.",
        ("auto", "plain", "json"),
    )
