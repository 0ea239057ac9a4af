"""The checks, a module for each family. Importing this registers them all, in the order of the docs."""

from alerts.lint.checks import (  # noqa: F401, I001
    headers,
    subject,
    mime,
    size,
    style,
    markup,
    languages,
    headings,
    tables,
    links,
    leaving,
    images,
    contrast,
    reading,
    clients,
    placeholders,
    parts,
    outside,
)
