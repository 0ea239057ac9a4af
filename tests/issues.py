"""Issues to compose and render: the sample that the tests of both share."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

from alerts.config.declarations import AlertSettings, Funder
from alerts.config.settings import Settings
from alerts.config.web_declarations import WebSettings
from alerts.domain.article import Article, Duplicate, Event, Image, Profile, Translation
from alerts.domain.issue import Edition, Issue
from alerts.domain.month import Month
from alerts.issue.compose import compose
from alerts.mail.merge import sample

LANGUAGES = ("en", "es", "fr", "pt", "ru", "ar")
OCTOBER = Month(2026, 10)
SITE = "https://www.example.org"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

PROFILES = {
    "lab": Profile("lab", "City Lab", f"{SITE}/lab", "", {"en": "A network.", "es": "Una red."})
}
ARTICLES = (
    Article(
        f"{SITE}/feature?a=1&b=2",
        "What ten cities learned",
        "From Lisbon to Bogotá, a decade of records.",
        image=Image(f"{SITE}/feature.png", "A harbour at dawn"),
        profile="lab",
        featured=True,
        translations={"es": Translation("Lo que aprendieron diez ciudades", "De Lisboa a Bogotá.")},
    ),
    Article(
        f"{SITE}/vote",
        "Commission votes",
        "The first since 1950.",
        published=datetime(2026, 10, 28, tzinfo=UTC),
        author="Policy Desk",
        translations={"es": Translation("La comisión vota")},
    ),
    Article(
        f"{SITE}/ar",
        "المجتمع المدني يدعو إلى الإصلاح",
        "تسع منظمات من خمسة بلدان.",
        language="ar",
        published=datetime(2026, 10, 8, tzinfo=UTC),
    ),
    Article(f"{SITE}/guide", "Counting what counts", "A guide.", section="publications"),
    Article(
        f"{SITE}/dialogue",
        "Regional dialogue",
        section="events",
        event=Event(date(2026, 11, 12), date(2026, 11, 14), "Montevideo"),
    ),
    Article(
        f"{SITE}/webinar",
        "Webinar",
        section="events",
        event=Event(
            datetime(2026, 11, 9, 14, tzinfo=UTC), datetime(2026, 11, 9, 15, tzinfo=UTC), "Online"
        ),
    ),
    Article(f"{SITE}/centre", "Third drop-in centre", "By the docks.", section="members"),
)


def settings(root: Path) -> Settings:
    """A project's settings in six languages."""
    alert = AlertSettings(
        name="Policy Alert",
        organisation="Open Consortium",
        address="61 Mansell Street, London",
        website=SITE,
        languages=LANGUAGES,
        welcome={"en": "Welcome to the alert.", "ar": "أهلاً بكم في النشرة."},
        timezone="Europe/Madrid",
    )
    funders = (Funder("Fundación Puente", "https://funder.example"), Funder("Alder Fund"))
    web = WebSettings(base_url="https://alert.example.org")
    return Settings(root=root, alert=alert, web=web, funders=funders)


def issue(*articles: Article) -> Issue:
    """The sample, or an issue of these articles."""
    return compose(OCTOBER, articles or ARTICLES, PROFILES, AlertSettings())


def gallery(root: Path) -> tuple[Issue, Settings]:
    """An issue that uses everything there is: all layouts, pictures, logos, foreign text, long words."""
    logo = f"{SITE}/logo.png"
    picture = Image(f"{SITE}/picture.png", "Volunteers reading a gauge on the bank of a river")
    news = replace(ARTICLES[1], profile="lab", language="fr")
    more = (
        replace(ARTICLES[0], url=f"{SITE}/second", title="Featured as well", image=None),
        replace(
            ARTICLES[4],
            url=f"{SITE}/story",
            event=Event(date(2026, 11, 20), None, "Lima", f"{SITE}/story.ics"),
            reports=(
                Duplicate("1", f"{SITE}/other", "Policy Desk"),
                Duplicate("2", f"{SITE}/ar-3", "المرصد"),
            ),
        ),
        replace(news, url=f"{SITE}/long", title=f"{LONG_WORD} {SITE}/{'a' * 90}", translations={}),
        replace(ARTICLES[2], url=f"{SITE}/ar-2", section="jobs"),
        replace(news, url=f"{SITE}/jobs", section="jobs", translations={}),
        replace(ARTICLES[5], url=f"{SITE}/call", section="jobs"),
        replace(ARTICLES[3], url=f"{SITE}/picture", section="members", image=picture),
        replace(
            ARTICLES[4], url=f"{SITE}/bare", section="members", summary="Only dates.", image=picture
        ),
        Article(
            "", "An announcement without a link", "It says all there is to say.", section="news"
        ),
    )
    given = settings(root)
    alert = replace(given.alert, logo=logo, layouts={"jobs": "compact", "members": "featured"})
    funders = (*given.funders, Funder("Birch Fund", "https://birch.example", logo))
    profiles = {"lab": replace(PROFILES["lab"], logo=logo)}
    introductions = {
        "en": f"Dear readers,\n\nit was **quite** a month. See [the archive]({SITE}/all).\n\n- One\n- Two",
        "ar": "أعزاءنا القرّاء،\n\nكان شهرًا **حافلًا**.\n\n- أولًا\n- ثانيًا",
    }
    made = compose(OCTOBER, (*ARTICLES, *more), profiles, alert, introductions)
    return made, replace(given, alert=alert, funders=funders)


def page_of(edition: Edition, given: Settings) -> str:
    """The HTML of an edition as a made-up reader gets it, slots filled."""
    message = sample(edition, given, OCTOBER, datetime(2026, 11, 2, 9, tzinfo=UTC))
    (_, html) = message_from_bytes(message, policy=policy.default).iter_parts()
    return str(html.get_content())


def many(number: int) -> Issue:
    """An issue of that many articles, in five sections, as long as real ones."""
    sections = ("news", "publications", "events", "members", "jobs")
    summary = "Сводка о реформах и людях, которых они касаются. " * 8
    return issue(
        *(
            replace(
                ARTICLES[1],
                url=f"{SITE}/2026/10/a-rather-long-address-of-an-article-number-{n}",
                title=f"Материал номер {n} о том, что изменилось за месяц в разных странах",
                summary=summary.strip(),
                section=sections[n % len(sections)],
                translations={},
            )
            for n in range(number)
        )
    )
