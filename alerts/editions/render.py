"""Renders an issue in one language as an edition.

Pure, given the template folders: no clock, no network, no randomness; the same inputs give the same
bytes in every process and time zone. Personal parts are slots that `mail/merge.py` fills later, so
style sheets are inlined once per edition and never per subscriber.
"""

from alerts.config.settings import Settings
from alerts.domain.issue import Edition, Issue
from alerts.editions.catalogue import Catalogue
from alerts.editions.environment import environment, render
from alerts.editions.escaping import one_line
from alerts.editions.face import face_in
from alerts.editions.pictures import AT_SOURCE, Pictures
from alerts.editions.size_limit import fitted
from alerts.editions.template_files import template_folders
from alerts.editions.text_part import Footnotes
from alerts.editions.themed import themed
from alerts.editions.view import Viewer

MORE = "See %(count)s more in the archive"


def render_edition(
    issue: Issue, language: str, settings: Settings, pictures: Pictures = AT_SOURCE
) -> Edition:
    """The edition of `issue` in `language`; raises `TemplateFault`.

    Articles that do not fit below Gmail's limit are left out of HTML and text, and counted in a line
    at the end of their section.
    """
    from alerts.editions.css import inlined  # premailer: 300 ms, for whoever only asks what is owed

    catalogue = Catalogue(language, template_folders(settings.root))
    env = environment(settings.root)
    viewer = Viewer(catalogue, settings, pictures)
    view = viewer.faced(viewer.view(issue), issue)
    values = themed(settings, language, pictures) | {"view": view}
    written = {"_": catalogue.write, "ngettext": catalogue.write_many, "joined": catalogue.listed}
    subject = view.subject
    if not face_in(issue.faces, language).subject:  # a project's own template may say another
        said_subject = render(env, "email/issue/subject.txt", values | written)
        subject = one_line(said_subject) or subject
    values |= {"subject": subject, "preheader": view.preheader}
    said = {"_": catalogue.say, "ngettext": catalogue.say_many, "joined": catalogue.joined}
    html, shown = fitted(
        inlined(render(env, "email/issue/body.html", values | said)),
        [len(section.articles) for section in issue.sections],
        lambda count: catalogue.say_many(MORE, MORE, count),
    )
    cut = viewer.faced(viewer.view(issue, shown), issue)
    values |= {"view": cut, "note": Footnotes()}
    text = render(env, "email/issue/body.txt", values | written)
    return Edition(
        language=language,
        subject=subject,
        preheader=view.preheader,
        html=html,
        text=text,
        articles=len(cut.items),
    )
