"""Renders notices: short mails to one person, `templates/email/<kind>/`.

They have the frame and the style of an issue, but no slots: each is made for its reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.config.settings import Settings
from alerts.domain.issue import Edition
from alerts.editions.catalogue import Catalogue
from alerts.editions.environment import environment, render
from alerts.editions.escaping import for_header, one_line
from alerts.editions.pictures import AT_SOURCE, Pictures
from alerts.editions.template_files import template_folders
from alerts.editions.themed import themed


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The values that the frame template needs of a view."""

    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class LatestIssue:
    """What a welcome shows of the latest issue; `picture` is a URL, or empty."""

    url: str
    title: str
    standfirst: str
    picture: str
    language: str
    direction: str


def render_notice(
    kind: str,
    language: str,
    settings: Settings,
    facts: Mapping[str, Any],
    pictures: Pictures = AT_SOURCE,
) -> Edition:
    """The notice of that kind, as an edition without articles, with the logo as `pictures` has it; raises
    `TemplateFault`."""
    from alerts.editions.css import inlined  # premailer: 300 ms, for whoever only asks what is owed

    catalogue = Catalogue(language, template_folders(settings.root))
    env = environment(settings.root)
    values: dict[str, Any] = {
        **themed(settings, language, pictures),
        "view": NoticeText(language, catalogue.direction),
        "preheader": "",
        **facts,
    }
    written = {"_": catalogue.write, "ngettext": catalogue.write_many}
    said = {"_": catalogue.say, "ngettext": catalogue.say_many}
    subject = for_header(one_line(render(env, f"email/{kind}/subject.txt", values | written)))
    values["subject"] = subject
    html = inlined(render(env, f"email/{kind}/body.html", values | said))
    text = render(env, f"email/{kind}/body.txt", values | written)
    return Edition(language, subject, "", html, text, 0)
