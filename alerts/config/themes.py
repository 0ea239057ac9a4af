"""The three themes: their colours in light and dark, their fonts and measures. Pure.

A role is what a colour is for: `ink` is text on `page`. Settings replace the accent, the canvas, the
tint and the fonts; what depends on the accent is then derived from it, so that one house colour is
enough for a readable e-mail in both modes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from alerts.config import colour
from alerts.config.declarations import ThemeSettings


@dataclass(frozen=True, slots=True)
class Shade:
    """One colour in light and in dark mode, each `#rrggbb`."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Look:
    """The measures of a theme, in pixels, and the forms that it knows."""

    width: int  # of the page
    side: int  # the padding at its sides
    lead: str  # the lead picture: "bleed" from edge to edge, "inset", or "beside" its text
    thumbs: str  # small pictures: at the "end" of their row, at its "start", or "" for covers alone
    run: int  # the most equal forms in sequence
    cards: int  # cards in a section
    all_cards: int  # cards in an issue
    pairs: bool  # cards stand two in a row

    @property
    def inner(self) -> int:
        """The width between the paddings."""
        return self.width - 2 * self.side


LOOKS: Mapping[str, Look] = {
    "quiet": Look(600, 32, "inset", "", 4, 1, 2, pairs=False),
    "magazine": Look(640, 24, "bleed", "end", 4, 4, 6, pairs=True),
    "bulletin": Look(640, 24, "beside", "start", 6, 0, 0, pairs=True),
}
_SANS = "'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_SERIF = "Georgia, 'Times New Roman', serif"
# What stands in [theme] where alerts.toml says nothing else.
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "quiet": {
        "accent": "#0f5a63", "accent_dark": "#84d3ca", "canvas": "#efe9dc", "tint": "#f6f1e6",
        "heading_font": _SERIF, "body_font": _SERIF,
    },
    "magazine": {
        "accent": "#b3351f", "accent_dark": "#ffa388", "canvas": "#e6edef", "tint": "#eef4f4",
        "heading_font": _SANS, "body_font": _SANS,
    },
    "bulletin": {
        "accent": "#1747b8", "accent_dark": "#a3bdff", "canvas": "#eceef2", "tint": "#f0f4fd",
        "heading_font": _SANS, "body_font": _SANS,
    },
}  # fmt: skip
# light and dark, by role; `canvas` and `tint` have a light one among the settings
_FIXED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "quiet": {
        "canvas": ("", "#101315"), "page": ("#fffdf8", "#191d20"), "ink": ("#1f2428", "#efebe2"),
        "soft": ("#5c5f61", "#b0b1ad"), "tint": ("", "#21272b"), "rule": ("#d9d2c3", "#3b4246"),
        "tag": ("#e4eeec", "#24393b"), "tagt": ("#0f5057", "#9fe0d8"),
        "hero": ("#1f2428", "#24393b"), "herot": ("#ffffff", "#ffffff"),
        "heros": ("#d9d2c3", "#d6e6ee"), "btn": ("#0f5a63", "#84d3ca"), "btnt": ("#ffffff", "#101315"),
    },
    "magazine": {
        "canvas": ("", "#0a1117"), "page": ("#ffffff", "#121c25"), "ink": ("#0c2536", "#f3f6f7"),
        "soft": ("#4d606c", "#b0bfc8"), "tint": ("", "#1a2833"), "rule": ("#d3dee1", "#31434f"),
        "tag": ("#fbe6df", "#43261f"), "tagt": ("#97290f", "#ffc1ac"),
        "hero": ("#0c2536", "#1b394d"), "herot": ("#ffffff", "#ffffff"),
        "heros": ("#cfe0e8", "#d6e6ee"), "btn": ("#ffb79f", "#ffb79f"), "btnt": ("#2b0f08", "#2b0f08"),
    },
    "bulletin": {
        "canvas": ("", "#0c0e12"), "page": ("#ffffff", "#13161b"), "ink": ("#15181e", "#eef0f4"),
        "soft": ("#555c68", "#aab2be"), "tint": ("", "#1c2333"), "rule": ("#dadee6", "#333a46"),
        "tag": ("#e4e8f0", "#2b3241"), "tagt": ("#333b48", "#d4dbe8"),
        "hero": ("#15181e", "#232934"), "herot": ("#ffffff", "#ffffff"),
        "heros": ("#ced4df", "#ced4df"), "btn": ("#1747b8", "#a3bdff"), "btnt": ("#ffffff", "#13161b"),
    },
}  # fmt: skip
_PAGES = (colour.PAPER_DARK, colour.CANVAS_DARK, colour.TINT_DARK)  # what public pages have
# The bulletin gives each section a colour: by its key, and to sections of your own in turn.
SECTIONS: Mapping[str, tuple[str, str]] = {
    "news": ("#1747b8", "#a3bdff"),
    "publications": ("#7a2e8e", "#e0aff0"),
    "events": ("#0b6148", "#84dabb"),
    "members": ("#94470a", "#f6b478"),
}


def look(theme: ThemeSettings) -> Look:
    """The measures of the theme."""
    return LOOKS[theme.name]


def palette(theme: ThemeSettings) -> dict[str, Shade]:
    """Each role's colour; a text and its ground have a contrast of at least 4.5 in both modes."""
    roles = {role: Shade(*pair) for role, pair in _FIXED[theme.name].items()}
    roles["canvas"] = Shade(theme.canvas, roles["canvas"].dark)
    roles["tint"] = Shade(theme.tint, roles["tint"].dark)
    roles["acc"] = Shade(theme.accent, theme.accent_dark)
    if theme.accent != DEFAULTS[theme.name]["accent"]:
        roles |= dict(_of_accent(roles))
    return roles


def _of_accent(roles: Mapping[str, Shade]) -> Iterator[tuple[str, Shade]]:
    """The roles that depend on a house colour: language labels and buttons."""
    accent, page = roles["acc"], roles["page"]
    ground = Shade(*(
        colour.mixed(a, p, 0.14)
        for a, p in ((accent.light, page.light), (accent.dark, page.dark))
    ))  # fmt: skip
    yield "tag", ground
    yield "tagt", Shade(_readable(accent.light, ground.light), _readable(accent.dark, ground.dark))
    # on the dark ground of a lead the dark mode's accent is the one that reads
    button = Shade(accent.dark, accent.dark)
    button = Shade(_readable(button.light, roles["hero"].light), button.dark)
    yield "btn", button
    yield "btnt", Shade(_readable("#1a1a1a", button.light), _readable("#1a1a1a", button.dark))


def section_shades(theme: ThemeSettings, keys: tuple[str, ...]) -> dict[str, Shade]:
    """The colours of sections that have one beside the accent: your own, or the theme's."""
    roles = palette(theme)
    made = {}
    several = list(SECTIONS.values())
    for place, key in enumerate(keys):
        own = theme.section_colours.get(key)
        if own:
            dark = colour.nearest_readable(own, roles["page"].dark, roles["tint"].dark)
            made[key] = Shade(own, dark or roles["acc"].dark)
        elif theme.name == "bulletin" and theme.accent == DEFAULTS["bulletin"]["accent"]:
            made[key] = Shade(*SECTIONS.get(key, several[place % len(several)]))
    return made


def theme_named(name: str) -> ThemeSettings:
    """The settings of a theme of which nothing is changed."""
    return replace(ThemeSettings(name=name), **DEFAULTS[name])  # type: ignore[arg-type]


def derived(given: Mapping[str, str], name: str) -> dict[str, str]:
    """The values of [theme] that follow from its name and from a house colour in `given`."""
    values = dict(DEFAULTS[name])
    accent = given.get("accent", "")
    if colour.is_colour(accent):
        fixed = _FIXED[name]
        grounds = (fixed["page"][1], fixed["canvas"][1], fixed["tint"][1], *_PAGES)
        values["accent_dark"] = colour.nearest_readable(accent, *grounds) or values["accent_dark"]
    return values


def fixed(theme: ThemeSettings) -> dict[str, str]:
    """The colours that settings do not change, by the names that templates know them by."""
    roles = palette(theme)
    names = {"PAPER": "page", "INK": "ink", "MUTED": "soft", "RULE": "rule"}
    light = {name: roles[role].light for name, role in names.items()}
    names |= {"CANVAS": "canvas", "TINT": "tint"}
    return light | {f"{name}_DARK": roles[role].dark for name, role in names.items()}


def _readable(ours: str, ground: str) -> str:
    """`ours`, changed as little as makes it readable on `ground`."""
    return colour.nearest_readable(ours, ground) or "#000000"
