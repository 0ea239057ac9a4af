"""The sample data of the demo, which is part of the package, with dates of the chosen month."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from alerts.config.load import FILE_NAME
from alerts.domain.errors import UsageError
from alerts.domain.month import Month
from alerts.text.decoding import received

# slug, name, link, description by language
PROFILES = (
    (
        "agua-viva",
        "Agua Viva",
        "https://aguaviva.example/",
        {
            "en": "Agua Viva is an alliance of upland villages in Montaria that guard their springs.",
            "es": "Agua Viva es una alianza de pueblos de la sierra de Montaria que cuida sus manantiales.",
            "fr": "Agua Viva réunit des villages de montagne de Montaria qui veillent sur leurs sources.",
            "ar": "«أغوا فيفا» تحالف لقرى جبلية في مونتاريا تحرس ينابيعها.",
        },
    ),
    (
        "riverside-law",
        "Riverside Law Clinic",
        "https://riversidelaw.example/",
        {
            "en": "The Riverside Law Clinic takes cases on access to water, free of charge.",
            "es": "Riverside Law Clinic lleva sin coste casos de acceso al agua.",
            "fr": "Riverside Law Clinic plaide gratuitement pour l’accès à l’eau.",
        },
    ),
)
# file or folder, what is said of the source
SOURCES = (
    ("news.rss", {"kind": "feed", "section": "news", "language": "en"}),
    (
        "agua-viva.atom",
        {"kind": "feed", "section": "members", "language": "es", "profile": "agua-viva"},
    ),
    ("articles", {"kind": "folder", "language": "en"}),
    (
        "report.html",
        {
            "kind": "page",
            "section": "publications",
            "language": "en",
            "profile": "riverside-law",
        },
    ),
)
LEFT = "d.mbeki@example.net"
EDITOR = "desk@wellsandrivers.example"
ROLES = ("editor", "approver", "admin")
BOUNCED = "gonzalo.vera@example.org"
PICTURES = (".jpg", ".png")
LOGOS = ("logo.png", "logo-dark.png", "f1.png", "f2.png")  # that the settings name
# the beginning of a title, a file, what it shows: given by an editor to stories that came without one
GIVEN_PICTURES = (
    ("Drought bulletin", "dam.jpg", "Drawing: a dam, and a low lake behind it"),
    ("Why the price of one bucket", "cans.jpg", "Drawing: water cans in a row"),
    ("“Water has no weekend”", "lock.jpg", "Drawing: the gates of a lock"),
    ("Guardianas del manantial", "spring.jpg", "Dibujo: un manantial entre rocas"),
    ("Doce escuelas", "umbrellas.jpg", "Dibujo: paraguas bajo la lluvia"),
    ("Water in court", "cover1.jpg", "Cover: Water before the judge"),
)
# language, headline, standfirst
FACES = (
    (
        "en",
        "The month the water books opened",
        "Forty cities will publish what they pump and lose. A court prices delay by the day. And sixty "
        "neighbours with a test kit put the official map right.",
    ),
    (
        "es",
        "El mes en que se abrieron los libros del agua",
        "Cuarenta ciudades publicarán cuánta agua extraen y pierden. Un tribunal pone precio a cada día "
        "de retraso. Y sesenta vecinos corrigen el mapa oficial.",
    ),
    (
        "fr",
        "Le mois où l’eau a ouvert ses comptes",
        "Quarante villes publieront ce qu’elles pompent et perdent. Un tribunal fixe le prix de chaque "
        "jour de retard. Et soixante bénévoles corrigent la carte officielle.",
    ),
    (
        "ar",
        "شهرٌ فُتحت فيه دفاتر المياه",
        "أربعون مدينة ستنشر ما تضخّه وما تفقده. ومحكمة تحدّد ثمن كل يوم تأخير. وستون متطوّعًا يصحّحون "
        "الخريطة الرسمية.",
    ),
)
OPENING = "# The sample project of `alerts demo`."


def claim(root: Path, theme: str = "") -> None:
    """Write alerts.toml into `root`, with that theme; refuses a folder that contains anything but an
    earlier demo."""
    path = root / FILE_NAME
    if path.is_file():
        if received(path.read_bytes()).startswith(OPENING):
            return
        raise UsageError(f"{root}: a project of its own; name another folder: `alerts demo DIR`")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(f"{root}: not an empty folder; name another one: `alerts demo DIR`")
    root.mkdir(parents=True, exist_ok=True)
    for logo in LOGOS:
        (root / logo).write_bytes(packaged().joinpath(logo).read_bytes())
    text = packaged().joinpath(FILE_NAME).read_text("utf-8")
    if theme:
        text = text.replace('\nname = "magazine"', f'\nname = "{theme}"')
    path.write_text(text, encoding="utf-8")


def packaged() -> Traversable:
    return resources.files("alerts") / "demo"


def write_sources(folder: Path, month: Month) -> None:
    """Write the sample feeds, page and articles of that month; existing files are not changed."""
    dates = {
        "month": str(month),
        "path": f"{month.year:04d}/{month.number:02d}",
        "rfc822": month.first_day().strftime("%b %Y"),
        "previous_path": str(month.plus(-1)).replace("-", "/"),
        "previous_rfc822": month.plus(-1).first_day().strftime("%b %Y"),
        "next": str(month.plus(1)),
        "after_next": str(month.plus(2)),
    }

    def copy(origin: Traversable, target: Path) -> None:
        if origin.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            for child in origin.iterdir():
                copy(child, target / child.name)
        elif not target.exists() and target.suffix in PICTURES:
            target.write_bytes(origin.read_bytes())
        elif not target.exists():
            text = Template(origin.read_text("utf-8")).substitute(dates)
            target.write_text(text, encoding="utf-8")

    copy(packaged() / "sources", folder)
