"""`project.translations`: the texts of a month in one language, beside their sources."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from alerts.config.glossary import GlossaryFinder, GlossaryPart, GlossaryWord, glossary
from alerts.domain.article import Article
from alerts.domain.errors import InputError, UsageError
from alerts.domain.job import JobRecord
from alerts.domain.languages import same_language
from alerts.domain.month import Month
from alerts.issue.editing import check_open
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
from alerts.store import jobs, machine_texts, transaction, translation_memory
from alerts.store.machine_texts import TextKey
from alerts.text.plain_text import tidy
from alerts.translation.translators import translated, translator

__all__ = [
    "TextConflict",
    "TextGiven",
    "TextsSaved",
    "TranslationTable",
    "Translations",
    "text_digest",
]

JOB = "translate"  # the kind of job that drafts
Told = Callable[[int, int], None]
LENGTHS = {"title": 70, "summary": 160}  # characters that fit a subject on a phone, and a card


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text of a story: what the source says, in pieces, and its translation. `seen` is the digest of the
    translation; `fits` the number of characters that are shown everywhere; `machine`: a machine drafted
    the translation, and nobody has signed it."""

    article_id: str
    name: str
    source: tuple[GlossaryPart, ...]
    target: str
    seen: str
    fits: int
    machine: bool = False

    @property
    def done(self) -> bool:
        """Whether a person has translated or signed it."""
        return bool(self.target) and not self.machine

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
        """Whether a text is not translated, or only by a machine."""
        return not all(row.done for row in self.texts)

    @property
    def machine(self) -> bool:
        """Whether a text waits for a signature, and all others are done."""
        return self.missing and all(row.target for row in self.texts)


@dataclass(frozen=True, slots=True)
class TranslationTable:
    """The stories of a month that are in another language. `glossary_fault`: why the glossary is not
    read, or empty."""

    month: Month
    language: str
    stories: tuple[StoryRows, ...]
    glossary_fault: str = ""
    translator: str = ""  # that can draft what is missing; empty: none is set

    @property
    def done(self) -> int:
        """How many stories are translated."""
        return sum(not story.missing for story in self.stories)

    @property
    def lacking(self) -> bool:
        """Whether a text is there in the source's language alone."""
        return not all(row.target for story in self.stories for row in story.texts)


@dataclass(frozen=True, slots=True)
class TextsSaved:
    """What was written, what somebody else had changed meanwhile, and whose approvals are void now."""

    written: int
    signed: int
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
        marks = machine_texts.marks(opened.db)
        for section in issue.sections:
            for article in section.articles:
                number += 1
                spoken = article.language
                if same_language(spoken, made):
                    continue
                if spoken not in memories:
                    memories[spoken] = TranslationMemory(past, spoken, made)
                memory = memories[spoken]
                stories.append(_story(number, section.key, article, made, finder, memory, marks))
        kind = opened.settings.translator.kind
        return TranslationTable(chosen, made, tuple(stories), fault, kind)

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
        return TextsSaved(done.written, done.signed, done.conflicts, fallen)

    @call
    def ask_drafts(self, language: str, month: AMonth = None) -> JobRecord:
        """Ask for the job that has a machine draft what is missing; one month has one at a time.

        Raises `UsageError` where no translator is set, or another language is being drafted.
        """
        opened = self._opened
        made, chosen = self._known(language), opened.month(month)
        check_open(opened.db, chosen)
        if not opened.settings.translator.kind:
            raise UsageError("translator.kind: no translator is set")
        arguments = {"language": made}
        with transaction(opened.db):
            who = opened.actor().name
            job, _ = jobs.ask(opened.db, JOB, str(chosen), arguments, who, opened.now)
        if job.arguments != arguments:
            raise UsageError(
                f"{chosen}: a machine is drafting another language; ask again when it is done"
            )
        return job

    @call
    def draft_missing(
        self, language: str, month: AMonth = None, *, told: Told = lambda done, total: None, by: str
    ) -> int:
        """Have the translator of the settings draft every text that is missing; how many there are now.

        They are marked until a person signs them. A text that somebody has written meanwhile is kept.
        Raises `TranslatorFault` and `SettingsError`; what was drafted until then is kept.
        """
        opened = self._opened
        translate = translator(opened.settings, opened.environ)
        if translate is None:
            raise UsageError("translator.kind: no translator is set")
        made, chosen, kind = (
            self._known(language),
            opened.month(month),
            opened.settings.translator.kind,
        )
        stories = self.table(made, chosen).stories
        owed = [one for one in stories if not all(row.target for row in one.texts)]
        written = 0
        for done, story in enumerate(owed):
            told(done, len(owed))
            rows = [row for row in story.texts if not row.target]
            sources = ["".join(part.text for part in row.source) for row in rows]
            texts = translated(translate, kind, sources, story.article.language, made)
            given = [
                TextGiven(row.article_id, row.name, text, text_digest(""))
                for row, text in zip(rows, texts, strict=True)
                if text
            ]
            actor, now = opened.actor(by), opened.now
            written += write_texts(opened.db, chosen, made, given, actor, now, machine=kind).written
        told(len(owed), len(owed))
        if written:
            voided(opened, [chosen], by)
        return written

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
    marks: Mapping[TextKey, str],
) -> StoryRows:
    told = translation_of(article, language)
    rows = []
    for name in TEXTS:
        if source := str(getattr(article, name)):
            target = str(getattr(told, name))
            parts = finder.parts(source)
            mark = text_digest(target)
            machine = marks.get((article.id, language, name)) == mark
            rows.append(TextRow(article.id, name, parts, target, mark, LENGTHS[name], machine))
    words = dict.fromkeys(part.word for row in rows for part in row.source if part.word)
    near = memory.near(f"{article.title}\n{article.summary}")
    titled = memory.near(article.title, 1)
    both = tuple(dict.fromkeys((*titled, *near)))[:3]
    return StoryRows(number, section, article, tuple(rows), tuple(words), both)
