"""A generated world of sites for `benchmarks.stories`: stories in one to five languages, as feeds and pages.

Seeded, and made without a look at the rules that it tries: sites differ in how they name pages and
guids, in whether their pages say what is a translation of what, and in whether translations have the
date and the picture of the original. October's stories come again in November where a site is made anew.
Among them are traps: bulletins that say the same each month, guids that are positions, one picture or
one moment for everything, one summary for all stories of a site.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from urllib.parse import quote

VOCABULARY = {
    "en": "court minister report prison health budget water school treaty border worker union city law fund "
    "doctor family harvest river police inquiry election museum teacher patient refugee island harbour "
    "approves rejects opens delays publishes defends funds reviews visits warns launches extends after "
    "before against without within across about under during despite",
    "es": "tribunal ministra informe prisión salud presupuesto agua escuela tratado frontera obrero "
    "sindicato ciudad ley fondo médico familia cosecha río policía investigación elección museo maestra "
    "paciente refugiado isla puerto aprueba rechaza abre retrasa publica defiende financia revisa visita "
    "advierte lanza amplía tras antes contra sin dentro sobre bajo durante pese",
    "fr": "cour ministre rapport prison santé budget eau école traité frontière ouvrier syndicat ville loi "
    "fonds médecin famille récolte fleuve police enquête élection musée enseignante patient réfugié île "
    "port approuve rejette ouvre retarde publie défend finance examine visite avertit lance prolonge après "
    "avant contre sans dans sur sous pendant malgré",
    "pt": "tribunal ministra relatório prisão saúde orçamento água escola tratado fronteira operário "
    "sindicato cidade lei fundo médico família colheita rio polícia inquérito eleição museu professora "
    "paciente refugiado ilha porto aprova rejeita abre adia publica defende financia revê visita avisa "
    "lança prorroga após antes contra sem dentro sobre sob durante apesar",
    "ru": "суд министр доклад тюрьма здоровье бюджет вода школа договор граница рабочий профсоюз город закон "
    "фонд врач семья урожай река полиция следствие выборы музей учитель пациент беженец остров порт "
    "одобряет отклоняет открывает откладывает публикует защищает финансирует проверяет посещает "
    "предупреждает начинает продлевает после перед против без внутри о под во несмотря",
}
LANGUAGES = tuple(VOCABULARY)
STYLES = ("wordpress", "wordpress", "slugs", "drupal", "query", "subdomain")
OCTOBER, NOVEMBER = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    """A story in one language, as its site shows it now."""

    story: int
    language: str
    title: str
    text: str
    published: datetime | None
    url: str
    guid: str
    picture: str = ""


@dataclass
class Site:
    """One site: its habits, and what it shows now."""

    number: int
    host: str
    style: str
    languages: tuple[str, ...]
    pages: str  # hreflang, bare, gone
    same_date: bool
    pictures: str  # own, one, none
    round_times: bool
    guids: str = "own"  # position, same
    summary: str = ""
    shown: list[Version] = field(default_factory=list)

    def address(self, story: int, language: str, slug: str, root: str) -> str:
        """The address of a page; `root` is the port, with its colon."""
        host, main = f"{self.host}{root}", self.languages[0]
        if self.style == "subdomain":
            return f"http://{language}.{self.host}{root}/{2026}/{slug}"
        if self.style == "query":
            return f"http://{host}/{slug}" + ("" if language == main else f"?lang={language}")
        if self.style == "slugs":
            return f"http://{host}/{'' if language == main else f'{language}/'}{slug}"
        return f"http://{host}/{language}/news/{slug}"

    def guid(self, story: int, language: str, root: str) -> str:
        """What the feed calls a story."""
        if self.style == "drupal":
            return f"{story + 40} at http://{self.host}{root}/{language}"
        if self.style == "query":
            return f"item-{story}-{language}"
        number = story * 7 + LANGUAGES.index(language)
        return f"http://{self.host}{root}/?p={number}"


class World:
    """All sites; `root` is the port of the server, such as `:8000`."""

    def __init__(self, stories: int, seed: int, root: str) -> None:
        self.random, self.root = random.Random(seed), root
        self.seen: dict[str, int] = {}  # the story of each address that was ever shown
        self.redirects: dict[str, str] = {}
        self.sites = [self._site(n) for n in range(max(6, stories // 18))]
        self.stories = stories
        self.next = 0

    def _site(self, number: int) -> Site:
        r = self.random
        languages = tuple(r.sample(LANGUAGES, r.choice((1, 2, 3, 3, 4, 5))))
        site = Site(
            number, f"site{number}.example", r.choice(STYLES), languages,
            r.choice(("hreflang", "hreflang", "hreflang", "bare", "gone")),
            r.random() < 0.7, r.choice(("own", "own", "one", "none")), r.random() < 0.3,
        )  # fmt: skip
        site.guids = r.choice(("own",) * 8 + ("position", "same"))
        told = (site.same_date and not site.round_times) or site.pictures == "own"
        if not told and not (site.style == "drupal" and site.guids == "own"):
            site.pages = "hreflang"  # else nobody but a translator could tell
        site.summary = _words(r, languages[0], 24) if r.random() < 0.1 else ""
        return site

    def publish(self, share: float, month: datetime) -> None:
        """Publish that share of all stories in a month, and each site's bulletin."""
        for _ in range(round(self.stories * share)):
            self._story(self.random.choice(self.sites), month)
        for site in self.sites[::3]:
            text = (
                f"{site.host} "
                + "what our members do each month, and how to join them in their work " * 2
            )
            title = f"Monthly bulletin of the network {site.number}"
            self._story(site, month, {site.languages[0]: (title, text)})

    def _story(
        self, site: Site, month: datetime, told: dict[str, tuple[str, str]] | None = None
    ) -> None:
        r, story = self.random, self.next
        self.next += 1
        several = site.languages[: r.randint(1, len(site.languages))]
        told = told or {tag: (_title(r, tag), site.summary if tag == site.languages[0] and site.summary
                              else _words(r, tag, r.randint(20, 40))) for tag in several}  # fmt: skip
        seconds = r.randrange(27 * 86400)
        first = month + timedelta(
            seconds=seconds // 86400 * 86400 + 9 * 3600 if site.round_times else seconds
        )
        pictures = {"own": f"/files/{story}-photo.jpg", "one": "/files/default.jpg", "none": ""}
        for number, (language, (title, text)) in enumerate(told.items()):
            later = (
                timedelta()
                if site.same_date or not number
                else timedelta(seconds=r.randrange(2 * 86400))
            )
            slug = f"{_slug(title)}-{story}" if r.random() < 0.5 else _slug(title)
            self._show(site, Version(
                story, language, title, text, first + later,
                site.address(story, language, slug, self.root), site.guid(story, language, self.root),
                f"http://{site.host}{self.root}{pictures[site.pictures]}" if pictures[site.pictures] else "",
            ))  # fmt: skip

    def _show(self, site: Site, version: Version) -> None:
        if self.seen.get(version.url, version.story) != version.story:
            path, mark, query = version.url.partition("?")
            version = replace(version, url=f"{path}-{version.story}{mark}{query}")
        self.seen[version.url] = version.story
        site.shown.append(version)

    def relaunch(self) -> None:
        """Make a fifth of the sites anew: other addresses, and whatever else a new system changes."""
        for number, site in enumerate(self.sites[1::5]):
            before, site.shown = site.shown, []
            old = site.host
            if number % 2 == 0:
                site.host = f"new-{old}"
            for v in before:
                slug = f"archive-{_slug(v.title)}-{v.story}"
                url = site.address(v.story, v.language, slug, self.root)
                new_guid = (
                    f"http://{site.host}{self.root}/?p={v.story * 11 + LANGUAGES.index(v.language)}"
                )
                reset = number % 4 == 2  # the date of the import
                self._show(site, replace(
                    v, url=url, guid=v.guid if number % 4 in (0, 3) else new_guid,
                    published=datetime(2026, 11, 8, 10, 0, v.story % 3, tzinfo=UTC) if reset else v.published,
                ))  # fmt: skip
                self.redirects[v.url] = url

    def correct(self, share: float) -> None:
        """Correct title and slug of some stories."""
        for site in self.sites:
            for n, v in enumerate(site.shown):
                if v.published and v.published >= NOVEMBER and self.random.random() < share:
                    title = (
                        v.title.replace(" ", " , ", 1)
                        if n % 2
                        else f"{v.title.split()[-1]} {v.title}"
                    )
                    slug = f"{_slug(title)}-corrected-{v.story}"
                    url = site.address(v.story, v.language, slug, self.root)
                    if url in self.seen:
                        continue
                    self.seen[url] = v.story
                    self.redirects[v.url] = url
                    site.shown[n] = replace(v, title=title, url=url)

    def feeds(self) -> dict[str, bytes]:
        """Each feed now, by its address: one per site and language, where the feeds were from the first."""
        found = {}
        for site in self.sites:
            for language in site.languages:
                shown = [v for v in site.shown if v.language == language][::-1]
                found[f"http://feeds.example{self.root}/{site.number}/{language}"] = _rss(
                    shown, language, site.guids, f"http://{site.host}{self.root}/"
                )
        return found

    def pages(self) -> dict[str, bytes]:
        """The pages of the sites that have them, by address."""
        found = {}
        for site in self.sites:
            for v in site.shown if site.pages != "gone" else ():
                others = [o for o in site.shown if o.story == v.story]
                links = "".join(
                    f'<link rel="alternate" hreflang="{o.language}" href="{escape(o.url)}">' for o in others
                ) if site.pages == "hreflang" else ""  # fmt: skip
                body = f"<article><h1>{v.title}</h1><p>{v.text}</p><p>{v.text}</p></article>"
                head = (
                    f'<link rel="canonical" href="{escape(v.url)}">{links}<title>{v.title}</title>'
                )
                found[v.url] = f"<html lang={v.language}><head>{head}</head><body>{body}".encode()
        return found

    def aggregators(self, number: int) -> dict[str, bytes]:
        """Feeds of other services, which lead to some of the stories by way of themselves."""
        shown = [v for site in self.sites for v in site.shown
                 if v.published and v.published >= NOVEMBER and "?" not in v.url]  # fmt: skip
        chosen = self.random.sample(shown, min(len(shown), number * 3))
        ways: tuple[Callable[[Version], str], ...] = (
            lambda v: (
                f"https://www.google.com/url?rct=j&sa=t&url={quote(v.url)}&ct=ga&usg=A{v.story}"
            ),
            lambda v: f"https://l.facebook.com/l.php?u={quote(v.url, safe='')}&h=AT{v.story}",
            lambda v: f"http://bit.ly{self.root}/x{v.story}{v.language}",
        )
        feeds = {}
        for n, way in enumerate(ways):
            part = chosen[n * number : (n + 1) * number]
            later = timedelta(hours=5)
            wrapped = [
                replace(
                    v, url=way(v), guid=f"tag:agg,2026:{n}-{v.story}{v.language}",
                    published=v.published and v.published + later,
                )
                for v in part
            ]  # fmt: skip
            for v, w in zip(part, wrapped, strict=True):
                if "bit.ly" in w.url:
                    self.redirects[w.url] = v.url
                    self.seen[w.url] = v.story
            for language in LANGUAGES:
                of = [w for w in wrapped if w.language == language]
                feeds[f"http://feeds.example{self.root}/by/{n}/{language}"] = _rss(
                    of, language, "own", ""
                )
        return feeds


def _title(r: random.Random, language: str) -> str:
    return _words(r, language, r.randint(6, 9)).capitalize()


def _words(r: random.Random, language: str, number: int) -> str:
    return " ".join(r.sample(VOCABULARY[language].split(), number))


def _slug(title: str) -> str:
    return quote("-".join(title.lower().replace(",", "").split()[:5]))


def _rss(versions: list[Version], language: str, guids: str, site: str) -> bytes:
    items = []
    for n, v in enumerate(versions):
        guid = {"own": v.guid, "position": str(n + 1), "same": site}[guids]
        picture = (
            f'<enclosure url="{v.picture}" type="image/jpeg" length="1"/>' if v.picture else ""
        )
        date = f"<pubDate>{format_datetime(v.published)}</pubDate>" if v.published else ""
        items.append(
            f"<item><title>{v.title}</title><link>{escape(v.url)}</link>"
            f'<guid isPermaLink="false">{escape(guid)}</guid>{date}'
            f"<description>{v.text}.</description>{picture}</item>"
        )
    head = f"<title>F</title><link>{site}</link><language>{language}</language>"
    return f"<rss version='2.0'><channel>{head}{''.join(items)}</channel></rss>".encode()
