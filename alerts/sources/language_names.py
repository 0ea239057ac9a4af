"""Languages by their names, as other programs write them into tables and lists of references."""

_LANGUAGES = {
    name: tag
    for tag, names in {
        "en": "english anglais inglés eng", "es": "spanish español castellano espagnol spa",
        "fr": "french français francés fra fre", "pt": "portuguese português portugués por",
        "ru": "russian русский ruso rus", "ar": "arabic العربية árabe ara",
        "de": "german deutsch alemán deu ger", "it": "italian italiano ita",
        "nl": "dutch nederlands nld dut", "zh": "chinese 中文 zho chi", "fa": "persian farsi فارسی",
    }.items()
    for name in names.split()
}  # fmt: skip


def language_named(text: str) -> str:
    """The tag of a language that is named so; what is no name is returned in the form of a tag."""
    tag = text.strip().lower().replace("_", "-")
    return _LANGUAGES.get(tag, tag)
