"""One word for one thing: the glossary's words are used, its rejected synonyms are not."""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
MODULES = sorted((ROOT / "alerts").rglob("*.py"))
FOREIGN = (
    "systems",
    "status_words",
    "doubtful",
    "moving-in",
    "replies",
)  # these quote the words of other systems
DOCUMENTS = [
    path
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    if path.name
    not in ("glossary.md", "CHANGELOG.md", "moving-in.md")  # one defines, one records what was
]

SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|WITH|ALTER|DROP)\b")

# Class names that may stand in several modules, each with the reason.
REPEATED: dict[str, str] = {}

# Words of earlier versions that a stranger had to guess at, with the standard word for each. They may
# not come back in the names of modules, classes and functions, nor in sentences.
NAMES = {
    "board": "overview",
    "books": "report",
    "doorkeeper": "limit",
    "doubles": "duplicates",
    "exhibit": "preview",
    "fate": "summary",
    "foretell": "preview",
    "insist": "retry",
    "kin": "related",
    "lane": "connection",
    "lay": "change",
    "letter": "introduction, edition or notice",
    "occasion": "scope",
    "office": "sender",
    "patient": "context",
    "postbox": "mailbox",
    "remake": "rebuild",
    "remade": "rebuilt",
    "roster": "import file",
    "shelf": "section",
    "shut": "closed",
    "slip": "delivery",
    "smells": "may concern",
    "stir": "wake",
    "tally": "counts",
    "testify": "write markers",
    "unsettle": "require adoption",
    "wish": "edits, request or options",
    "witness": "generation marker",
}
PHRASES = {
    r"burns? (?:no|a|the) (?:reader|recipient)": "fails no delivery",
    r"for ever": "permanently",
    r"has a successor": "is replaced",
    r"heed(?:s|ed)?": "obey",
    r"in its stead": "in its place",
    r"(?:its|their) kin": "similar ones",
    r"lets? the reader go": "unsubscribe the reader",
    r"lives on": "is the one that sends",
    r"[Pp]romises (?:that|to|never)": "guarantees",
    r"the last question": "the page that asks to confirm",
    r"puts? off": "postpones",
    r"sees? to it": "ensures",
    r"takes? leave": "closes",
    r"that is none": "that is malformed, or missing",
    r"unasked": "without being named, or automatically",
    r"where it is none": "where it is missing",
    r"whose matter": "whose fault",
}

# Where a word of NAMES is right, each with the reason.
NAMED = {
    "alerts/cli/issue/letter.py": "a command of the contract",
    "alerts/cli/issue/letter.py:letter": "a command of the contract",
    "alerts/lint/checks/link_names.py:_letters": "the characters of a text",
}

# Sentences in which a rejected synonym means another thing, each with the reason.
ALLOWED = {
    "not “campaign”": "the decision against the word",
    'not "campaign"': "the decision against the word",
    'the "campaign"': "the decision against the word",
    "Campaign Monitor": "a product",
    "alerts issue letter": "a command of the contract",
    "(Letter)": "the heading in exported text files, which must stay readable",
    "letter[ ": "the format of exported text files",
}


def _rows() -> list[tuple[str, str, str]]:
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    assert all(len(row) == 3 for row in rows), [row for row in rows if len(row) != 3]
    return [(row[0], row[1], row[2]) for row in rows[1:]]


@cache
def _synonyms() -> re.Pattern[str]:
    words = [word for _, _, cell in _rows() for word in re.findall(r"[\w-]+", cell)]
    return re.compile(rf"\b(?:{'|'.join(words)})s?\b", re.IGNORECASE)


def _prose(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of each comment, docstring and sentence that a module holds, without code."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value.strip()
            and not SQL.match(node.value)
        ):
            yield node.lineno, node.value


def _without_code(text: str) -> str:
    text = re.sub(r"(?ms)^```.*?^```|^ {4}.*?$", "", text)
    text = re.sub(r"`[^`]*`|\]\([^)]*\)|[\w-]+\.\w+|\w+_\w+", "", text)
    for words in ALLOWED:
        text = text.replace(words, "")
    return text


def _wrong(text: str) -> list[str]:
    return _synonyms().findall(_without_code(text)) if _synonyms().search(text) else []


def test_every_word_is_defined_once() -> None:
    words = [word.strip() for cell, _, _ in _rows() for word in cell.split(",")]
    assert len(words) > 60
    assert len(words) == len(set(words)), sorted(w for w in set(words) if words.count(w) > 1)


def test_a_rejected_synonym_is_found() -> None:
    assert _wrong("The campaign of the month.") == ["campaign"]
    assert not _wrong("The table `campaigns` and campaign_id.")


def test_no_document_uses_a_rejected_synonym() -> None:
    found = {path.name: _wrong(path.read_text(encoding="utf-8")) for path in DOCUMENTS}
    assert not {name: words for name, words in found.items() if words}


def test_no_module_uses_a_rejected_synonym() -> None:
    found = [
        f"{path.relative_to(ROOT)}, line {line}: {words}"
        for path in MODULES
        if not {path.stem, path.parent.name} & set(FOREIGN)
        for line, text in _prose(path)
        if (words := _wrong(text))
    ]
    assert not found, "\n".join(found)


def test_no_class_name_stands_twice_without_a_reason() -> None:
    places = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(f"{path.relative_to(ROOT)}:{node.lineno}")
    repeated = {name: found for name, found in places.items() if len(found) > 1}
    assert len(places) > 150
    assert repeated.keys() <= REPEATED.keys(), repeated
    assert REPEATED.keys() <= repeated.keys(), "a reason for a name that stands once"


def _words_of(name: str) -> set[str]:
    """The words of an identifier or a file name, in lower case, each also without a final s."""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
    return words | {word.removesuffix("s") for word in words}


def _names(path: Path) -> Iterator[str]:
    """`folder/file.py`, and `folder/file.py:name` of each class and function in it."""
    here = str(path.relative_to(ROOT))
    yield here
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{here}:{node.name}"


def _guessed(text: str) -> list[str]:
    """The riddles in a text, each with the plain words beside it."""
    found = (
        (pattern, plain, re.search(rf"\b{pattern}\b", text)) for pattern, plain in PHRASES.items()
    )
    return [f"“{match[0]}”: write “{plain}”" for _, plain, match in found if match]


def test_no_name_has_a_word_that_must_be_guessed_at() -> None:
    found = {
        name: {word: NAMES[word] for word in words}
        for path in MODULES
        for name in _names(path)
        if name not in NAMED
        and (words := _words_of(name.partition(":")[2] or path.stem) & NAMES.keys())
    }
    assert not found
    assert _words_of("SendLanes") & NAMES.keys() == {"lane"}


def test_no_sentence_is_a_riddle() -> None:
    assert _guessed("A cell has a successor.") == ["“has a successor”: write “is replaced”"]
    found = [
        f"{path.relative_to(ROOT)}, line {line}: {riddles}"
        for path in MODULES
        for line, text in _prose(path)
        if (riddles := _guessed(text))
    ]
    guides = [path for path in DOCUMENTS if path.parent.name != "adr"]  # a decision is dated
    found += [
        f"{path.relative_to(ROOT)}: {riddles}"
        for path in guides
        if (riddles := _guessed(_without_code(path.read_text(encoding="utf-8"))))
    ]
    assert not found, "\n".join(found)
