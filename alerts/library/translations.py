"""`project.translations`: the texts of a month in one language, beside their sources."""

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.config.glossary import GlossaryFinder, GlossaryPart, GlossaryWord, glossary
from alerts.domain.article import Article
from alerts.domain.errors import InputError, UsageError
from alerts.domain.languages import same_language
from alerts.domain.month import Month
from alerts.issue.load import composed
from alerts.issue.translating import (
    TEXTS,
    TextConflict,
    TextGiven,
    TextsWritten,
    text_digest,
    translation_of,
    write_texts,
)
from alerts.issue.translation_memory import Remembered, TranslationMemory
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.library.voided import Voided, voided
from alerts.store import translation_memory
from alerts.text.plain_text import tidy

__all__ = [
    "TextConflict",
    "TextGiven",
    "TextsSaved",
    "TranslationTable",
    "Translations",
    "text_digest",
]

LENGTHS = {"title": 70, "summary": 160}  # characters that fit a subject on a phone, and a card


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text of a story: what the source says, in pieces, and its translation. `seen` is the digest of the
    translation; `fits` the number of characters that are shown everywhere."""

    article_id: str
    name: str
    source: tuple[GlossaryPart, ...]
    target: str
    seen: str
    fits: int

    @property
    def too_long(self) -> bool:
        """Whether some readers will see it cut."""
        return len(self.target) > self.fits


@dataclass(frozen=True, slots=True)
class StoryRows:
    """A story and its texts, with the words of the glossary and the sentences of past issues in them."""

    number: int  # in the order of the mail
    section: str
    article: Article
    texts: tuple[TextRow, ...]
    words: tuple[GlossaryWord, ...]
    remembered: tuple[Remembered, ...]

    @property
    def missing(self) -> bool:
        """Whether a text is not translated."""
        return not all(row.target for row in self.texts)


@dataclass(frozen=True, slots=True)
class TranslationTable:
    """The stories of a month that are in another language. `glossary_fault`: why the glossary is not
    read, or empty."""

    month: Month
    language: str
    stories: tuple[StoryRows, ...]
    glossary_fault: str = ""

    @property
    def done(self) -> int:
        """How many stories are translated."""
        return sum(not story.missing for story in self.stories)


@dataclass(frozen=True, slots=True)
class TextsSaved:
    """What was written, what somebody else had changed meanwhile, and whose approvals are void now."""

    written: int
    conflicts: tuple[TextConflict, ...]
    voided: tuple[Voided, ...]


class Translations(ProjectPart):
    """The translations of a month."""

    @call
    def table(self, language: str, month: AMonth = None) -> TranslationTable:
        """The stories of the month that are not written in that language, in the order of the mail.

        Raises `UsageError` where the alert has no such language.
        """
        opened = self._opened
        made, chosen = self._known(language), opened.month(month)
        issue = composed(opened.db, opened.settings, chosen)
        try:
            words, fault = glossary(opened.settings.root, made), ""
        except InputError as told:
            words, fault = (), str(told)
        finder = GlossaryFinder(words)
        past = tuple(translation_memory.before(opened.db, chosen))
        memories: dict[str, TranslationMemory] = {}
        stories, number = [], 0
        for section in issue.sections:
            for article in section.articles:
                number += 1
                spoken = article.language
                if same_language(spoken, made):
                    continue
                if spoken not in memories:
                    memories[spoken] = TranslationMemory(past, spoken, made)
                stories.append(_story(number, section.key, article, made, finder, memories[spoken]))
        return TranslationTable(chosen, made, tuple(stories), fault)

    @call
    def save(
        self, language: str, given: Iterable[TextGiven], month: AMonth = None, *, by: str = ""
    ) -> TextsSaved:
        """Write these texts, but for those that somebody else has changed since they were seen.

        Raises `UsageError` where the alert has no such language, and for a month that is queued or sent.
        """
        opened = self._opened
        made, chosen = self._known(language), opened.month(month)
        clean = [
            TextGiven(one.article_id, one.name, tidy(one.text), one.seen)
            for one in given
            if one.name in TEXTS
        ]
        done: TextsWritten = write_texts(
            opened.db, chosen, made, clean, opened.actor(by), opened.now
        )
        fallen = voided(opened, [chosen], by) if done.written else ()
        return TextsSaved(done.written, done.conflicts, fallen)

    def _known(self, language: str) -> str:
        tag, made = language.lower().replace("_", "-"), self._opened.settings.alert.languages
        if tag not in made:
            raise UsageError(
                f"{language}: the alert has no such language; alert.languages are {', '.join(made)}"
            )
        return tag


def _story(
    number: int,
    section: str,
    article: Article,
    language: str,
    finder: GlossaryFinder,
    memory: TranslationMemory,
) -> StoryRows:
    told = translation_of(article, language)
    rows = []
    for name in TEXTS:
        if source := str(getattr(article, name)):
            target = str(getattr(told, name))
            parts = finder.parts(source)
            rows.append(
                TextRow(article.id, name, parts, target, text_digest(target), LENGTHS[name])
            )
    words = dict.fromkeys(part.word for row in rows for part in row.source if part.word)
    near = memory.near(f"{article.title}\n{article.summary}")
    titled = memory.near(article.title, 1)
    both = tuple(dict.fromkeys((*titled, *near)))[:3]
    return StoryRows(number, section, article, tuple(rows), tuple(words), both)
