"""Renders corrections: what was wrong in an issue, as an e-mail and as words for the archive.

An editor writes them in some languages. A reader is shown the first of these in their fallback chain, else
any, marked with its language and direction, as an introduction is. Pure, as `render`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from alerts.config.settings import Settings
from alerts.domain.issue import Edition, Issue
from alerts.domain.month import Month
from alerts.editions.catalogue import Catalogue, later
from alerts.editions.environment import environment, render
from alerts.editions.escaping import for_header, one_line
from alerts.editions.pictures import AT_SOURCE, Pictures
from alerts.editions.template_files import template_folders
from alerts.editions.text_part import Footnotes
from alerts.editions.themed import themed
from alerts.editions.view import Viewer

_ANNOUNCED = later("This issue is being corrected")
_SOON = later("It has a mistake. The corrected issue will be here soon.")


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """A correction on a page or in a feed, in one language: `heading` has its date, `html` its words, and
    `mark` their language if that differs."""

    at: datetime
    heading: str
    html: Markup
    mark: Markup


def render_correction(
    texts: Mapping[str, str],
    month: Month,
    language: str,
    settings: Settings,
    pictures: Pictures = AT_SOURCE,
) -> Edition:
    """The correction of that month's issue for readers of `language`, as an edition without articles;
    raises `TemplateFault`."""
    from alerts.editions.css import inlined  # premailer: 300 ms, for whoever only reads corrections

    catalogue = Catalogue(language, template_folders(settings.root))
    env = environment(settings.root)
    viewer = Viewer(catalogue, settings, pictures)
    values = themed(settings, language, pictures)
    values["view"] = viewer.view(Issue(month, (), introductions=texts))
    written = {"_": catalogue.write, "ngettext": catalogue.write_many, "joined": catalogue.listed}
    said = {"_": catalogue.say, "ngettext": catalogue.say_many, "joined": catalogue.joined}
    subject = for_header(one_line(render(env, "email/correction/subject.txt", values | written)))
    values |= {"subject": subject, "preheader": "", "note": Footnotes()}
    html = inlined(render(env, "email/correction/body.html", values | said))
    text = render(env, "email/correction/body.txt", values | written)
    return Edition(language, subject, "", html, text, 0)


def announced_correction(at: datetime, language: str, settings: Settings) -> ShownCorrection:
    """The notice on the page of an issue that was recalled `at` that moment, until its next version."""
    catalogue = Catalogue(language, template_folders(settings.root))
    day = catalogue.day(at.astimezone(settings.zone).date())
    title = catalogue.write(_ANNOUNCED)
    heading = catalogue.write("%(one)s, %(other)s", one=title, other=day)
    words = catalogue.say(_SOON)
    return ShownCorrection(at, str(heading), Markup("<p>{}</p>").format(words), Markup())


def shown_correction(
    texts: Mapping[str, str], month: Month, at: datetime, language: str, settings: Settings
) -> ShownCorrection:
    """The same for the archive's page of the issue in `language`."""
    catalogue = Catalogue(language, template_folders(settings.root))
    words = Viewer(catalogue, settings).view(Issue(month, (), introductions=texts)).letter
    day = catalogue.day(at.astimezone(settings.zone).date())
    heading = catalogue.write("%(one)s, %(other)s", one=catalogue.write("Correction"), other=day)
    html, mark = (words.html, words.mark) if words else (Markup(), Markup())
    return ShownCorrection(at, str(heading), html, mark)
