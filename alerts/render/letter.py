"""Rendering of notices: short letters to one person, `templates/email/<kind>/`.

They wear the frame and the style of the issue, and hold no slots: each is made for its reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.colour import FIXED
from alerts.model import Edition
from alerts.render.catalogue import Catalogue
from alerts.render.environment import environment, render, template_folders
from alerts.render.inline import inlined
from alerts.settings import Settings


@dataclass(frozen=True, slots=True)
class Letter:
    """What the frame asks of an edition's view."""

    language: str
    direction: str


def render_letter(
    kind: str, language: str, settings: Settings, facts: Mapping[str, Any]
) -> Edition:
    """The letter of that kind as an edition without articles; raises `TemplateFault`."""
    catalogue = Catalogue(language, template_folders(settings.root))
    env = environment(settings.root)
    values: dict[str, Any] = {
        "alert": settings.alert,
        "theme": settings.theme,
        "fixed": FIXED,
        "view": Letter(language, catalogue.direction),
        "preheader": "",
        **facts,
    }
    written = {"_": catalogue.write, "ngettext": catalogue.write_many}
    said = {"_": catalogue.say, "ngettext": catalogue.say_many}
    subject = " ".join(render(env, f"email/{kind}/subject.txt", values | written).split())
    values["subject"] = subject
    html = inlined(render(env, f"email/{kind}/body.html", values | said))
    text = render(env, f"email/{kind}/body.txt", values | written)
    return Edition(language, subject, "", html, text, 0)
