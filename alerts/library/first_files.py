"""What `alerts init` puts beside the settings so that a first run has something to show: a folder of articles
with one in it, and a list with two people. Never overwrites; a project that was there before gets none."""

from datetime import datetime, timedelta
from pathlib import Path

from alerts.config import load

ARTICLES, PEOPLE = "articles", "people.csv"
_PEOPLE = """email,name,language,tags
ana@example.org,Ana Ruiz,es,member
ben@example.org,Ben Okoro,en,
"""
_ARTICLE = """---
title: What a bucket of water costs
url: https://www.example.org/what-a-bucket-costs
date: {day}
language: en
---
Families without a tap pay by the bucket, and they pay most. This is a sample: write your own articles as
files such as this one, or delete it.
"""


def write_first_files(root: Path, now: datetime) -> tuple[Path, ...]:
    """Write them; returns those that were written. The article is of the last month that has ended."""
    zone = load.load(root, {}).zone
    day = now.astimezone(zone).replace(day=1) - timedelta(days=9)
    wanted = {
        root / ARTICLES / "what-a-bucket-costs.md": _ARTICLE.format(day=day.date().isoformat()),
        root / PEOPLE: _PEOPLE,
    }
    made = []
    for path, text in wanted.items():
        if path.parent == root or not path.parent.exists():
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                path.write_text(text, encoding="utf-8")
                made.append(path)
    return tuple(made)
