"""The page that `alerts report --html` prints: one file, nothing loaded, light and dark."""

from collections.abc import Sequence
from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #1d232b; --soft: #5a6572; --line: #d9dee5; --page: #fff;
  --tint: #f4f6f9; --bar: #2f6f9f }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --soft: #a3adba; --line: #39424d;
  --page: #14181d; --tint: #1d232b; --bar: #6db0de } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 62rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem }
p { color: var(--soft); margin: 0 0 1rem }
dl { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1.5rem 0 0 }
dl div { background: var(--tint); border-radius: .5rem; padding: .75rem 1rem; min-width: 8rem }
dt { color: var(--soft); font-size: .875rem } dd { margin: 0; font-size: 1.5rem; font-weight: 600 }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { padding: .45rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
th { color: var(--soft); font-weight: 500; font-size: .875rem }
th:first-child, td:first-child { text-align: left }
tbody th { color: var(--ink); font-weight: 600; font-size: 1rem }
@media print { body { padding: 0; max-width: none } h2 { break-after: avoid } tr { break-inside: avoid } }
"""

Rows = Sequence[Sequence[str]]


def page(
    title: str,
    about: str,
    facts: Sequence[tuple[str, str]],
    tables: Sequence[tuple[str, Sequence[str], Rows]],
) -> str:
    """The page: `facts` are a name and a figure each, `tables` have a heading, column heads and rows."""
    told = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(figure)}</dd></div>" for name, figure in facts
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>"
        f"<p>{escape(about)}</p><dl>{told}</dl>\n"
        f"{''.join(_table(*one) for one in tables)}</main></body></html>"
    )


def _table(heading: str, heads: Sequence[str], rows: Rows) -> str:
    if not rows:
        return ""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>"
        for row in rows
    )
    return (
        f'<h2>{escape(heading)}</h2>\n<div class="wide" tabindex="0" role="region"'
        f' aria-label="{escape(heading)}"><table><thead><tr>{top}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>\n"
    )
