"""Rendering: an issue and a language become an edition, as everyone who reads it gets it.

Pure, given the template folders: no clock, no network, no randomness; the same inputs give the same
bytes in every process and time zone. Personal parts are slots that `message.py` fills later, so
style sheets are inlined once an edition and never per subscriber.
"""

from typing import Any

from alerts.colour import FIXED
from alerts.model import Edition, Issue
from alerts.render.catalogue import Catalogue
from alerts.render.environment import environment, render, template_folders
from alerts.render.fit import fitted
from alerts.render.gate import clean
from alerts.render.inline import inlined
from alerts.render.plain import Footnotes
from alerts.render.view import View, Viewer
from alerts.settings import Settings

MORE = "%(count)s more in the archive"
PREHEADER_LENGTH = 110  # rule H5: what inboxes show of it


def render_edition(issue: Issue, language: str, settings: Settings) -> Edition:
    """The edition of `issue` in `language`; raises `TemplateFault`.

    Articles for which there is no room below Gmail's limit are left out of HTML and text alike,
    counted in a line at the end of their section.
    """
    catalogue = Catalogue(language, template_folders(settings.root))
    env = environment(settings.root)
    viewer = Viewer(catalogue, settings)
    view = viewer.view(issue)
    values: dict[str, Any] = {"alert": settings.alert, "theme": settings.theme, "view": view}
    values["fixed"] = FIXED
    written = {"_": catalogue.write, "ngettext": catalogue.write_many, "joined": catalogue.listed}
    subject = " ".join(render(env, "email/issue/subject.txt", values | written).split())
    values |= {"subject": subject, "preheader": _preheader(view)}
    said = {"_": catalogue.say, "ngettext": catalogue.say_many, "joined": catalogue.joined}
    html, shown = fitted(
        inlined(render(env, "email/issue/body.html", values | said)),
        [len(section.articles) for section in issue.sections],
        lambda count: catalogue.say_many(MORE, MORE, count),
    )
    cut = viewer.view(issue, shown)
    values |= {"view": cut, "note": Footnotes()}
    text = render(env, "email/issue/body.txt", values | written)
    return Edition(
        language=language,
        subject=subject,
        preheader=str(values["preheader"]),
        html=html,
        text=text,
        articles=len(cut.items),
    )


def _preheader(view: View) -> str:
    """The first titles, as many as an inbox shows."""
    line = ""
    for item in view.items:
        longer = f"{line} · {item.title.text}" if line else item.title.text
        if len(longer) > PREHEADER_LENGTH:
            break
        line = longer
    if not line and view.items:
        line = view.items[0].title.text[: PREHEADER_LENGTH - 1].rsplit(" ", 1)[0] + "…"
    return clean(line or f"{view.month}")
