"""Support by mail programs: features of a page that part of the readers do not have (caniemail.com)."""

from collections.abc import Iterator

from alerts.lint.caniemail import Feature, features, lack, spread
from alerts.lint.document import Document
from alerts.lint.features import used
from alerts.lint.options import LintOptions
from alerts.lint.partial import partial_uses
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check

# Without these an e-mail cannot be read, or its layout breaks.
VITAL = frozenset({
    "css-display-flex", "css-display-grid", "css-position", "css-float", "css-variables",
    "css-grid-template", "css-left-right-top-bottom", "css-transform", "css-function-clamp",
    "css-function-min", "css-function-max", "css-unit-calc", "css-unit-vw", "css-unit-vh",
    "css-unit-vmin", "css-unit-vmax", "css-unit-rem", "css-writing-mode", "css-column-count",
    "css-column-layout-properties", "css-function-light-dark", "css-modern-color", "css-visibility",
    "css-clip-path", "css-nesting", "css-intrinsic-size", "css-inset", "css-gap",
    "css-margin-inline-block", "css-margin-inline-start-end", "css-margin-block-start-end",
    "css-padding-inline-block", "css-padding-inline-start-end", "css-padding-block-start-end",
    "html-picture", "html-svg", "html-video", "html-audio", "html-form", "html-input-checkbox",
    "html-input-radio", "html-input-text", "html-select", "html-textarea", "html-object",
    "html-background", "html-dialog", "html-popover", "html-marquee", "html-image-maps",
    "html-hidden", "image-avif", "image-hdr", "image-heif", "image-svg",
    "image-tiff", "image-webp", "image-bmp", "image-mp4",
})  # fmt: skip
# Other checks report these.
_ELSEWHERE = {"css-at-import", "css-display-none", "image-base64"}
# These are decorative, or help only the clients that support them; without them nothing is lost.
GRACEFUL = frozenset({
    "css-accent-color", "css-animation", "css-at-font-face", "css-at-keyframes", "css-at-media",
    "css-at-supports", "css-border-radius", "css-border-radius-logical", "css-border-spacing",
    "css-box-shadow", "css-color-scheme", "css-cursor", "css-filter", "css-backdrop-filter",
    "css-font-kerning", "css-hyphens", "css-hyphenate-character", "css-hyphenate-limit-chars",
    "css-important", "css-letter-spacing", "css-opacity", "css-orphans", "css-widows",
    "css-outline", "css-outline-offset", "css-overflow-wrap", "css-word-break", "css-word-wrap",
    "css-resize", "css-text-decoration-color", "css-text-decoration-skip-ink",
    "css-text-decoration-style", "css-text-decoration-thickness", "css-text-shadow",
    "css-text-underline-offset", "css-text-wrap", "css-text-underline-position", "css-transition",
    "css-user-select", "css-sytem-ui", "css-scroll-snap", "css-pseudo-class-active",
    "css-pseudo-class-focus", "css-pseudo-class-focus-visible", "css-pseudo-class-focus-within",
    "css-pseudo-class-hover", "css-pseudo-class-visited", "css-pseudo-class-link",
    "css-selector-attribute", "css-selector-universal", "css-selector-chaining",
    "css-selector-child", "css-selector-adjacent-sibling", "css-selector-general-sibling",
    "css-selector-id", "html-aria-describedby", "html-aria-hidden", "html-aria-label",
    "html-aria-labelledby", "html-aria-live", "html-bdi", "html-dir", "html-lang",
    "html-anchor-links", "html-loading-attribute", "html-meta-color-scheme", "html-role",
    "html-style", "html-abbr",
    "html-semantics", "html-srcset", "html-target", "html-wbr",
})  # fmt: skip
_MANY, _SOME, _FEW = 0.30, 0.10, 0.03  # of the readers
_COLLAPSED = 100  # pixels of height lost: a layout of boxes, and not a button or two


@check(
    "client-support", Level.WARNING, "H9, caniemail.com",
    why="Mail programs ignore features that they do not support. The share of readers is estimated "
    "from lint.clients.",
    remedy="Do without it, or make sure that the e-mail can be read without it: tables for layout, "
    "pixels for sizes, PNG or JPEG for images.",
)  # fmt: skip
def _support(document: Document, options: LintOptions) -> Iterator[Found]:
    if not document.page:
        return
    apps = spread(options.clients)
    for slug, place in used(document.page):
        if slug not in GRACEFUL and slug not in _ELSEWHERE:
            yield from _judged(features()[slug], place, apps)


@check(
    "layout-lost", Level.ERROR, "H4, caniemail.com",
    why="Classic Outlook lays out with Word, which keeps space on table cells only: where it is padding "
    "of div, p or h1, texts touch each other, and rules and cards are gone.",
    remedy="Make space, rules and cards by cells of tables with role=presentation: padding and "
    "background on td, widths as attributes.",
)  # fmt: skip
def _layout(document: Document, options: LintOptions) -> Iterator[Found]:
    if not document.page:
        return
    for use in partial_uses(document.page, spread(options.clients)):
        if use.gap.without < _FEW:
            continue
        property_ = use.feature.slug.removeprefix("css-")
        lost = f", {use.pixels} px of height" if use.pixels else ""
        drops = f"{property_} of {use.times} elements{lost}, is dropped by {use.gap.clients}"
        broken = use.pixels >= _COLLAPSED or (property_ == "border" and use.times > 1)
        level = Level.ERROR if broken else Level.WARNING if use.pixels else Level.HINT
        yield Found(use.place, f"{drops}: {use.gap.without:.0%} of the readers.", level)


def _judged(feature: Feature, place: Place, apps: dict[str, float]) -> Iterator[Found]:
    found = lack(feature, apps)
    if feature.slug in VITAL:
        level = Level.WARNING if found.without >= _FEW else Level.HINT
        if found.without >= _MANY:
            level = Level.ERROR
        worth = found.without > 0
    else:
        level = Level.WARNING if found.without >= _MANY else Level.HINT
        worth = found.without >= _SOME
    if worth:
        yield Found(
            place,
            f"{feature.title} is unknown to {found.clients}: {found.without:.0%} of the readers.",
            level,
        )
