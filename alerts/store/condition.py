"""A question about subscribers as a condition of SQL: the words are ours, the values parameters (X17)."""

from alerts.query import All, Is, Not, Query

_COLUMNS = {
    "email": "email_key",
    "name": "name",
    "language": "language",
    "status": "status",
    "consent": "consent",
    "source": "consent_source",
    "joined": "created_at",
    "changed": "updated_at",
    "paused": "paused_until",
}
_OPERATORS = {
    "=": "{} = ? COLLATE NOCASE",
    "~": "instr(lower({}), lower(?)) > 0",
    ">=": "{} >= ?",
    "<": "{} < ?",
}


def condition(query: Query) -> tuple[str, list[str]]:
    """The condition and its parameters, for the table `subscribers`."""
    if isinstance(query, Is):
        if query.field != "tag":
            return _OPERATORS[query.operator].format(_COLUMNS[query.field]), [query.value]
        test = _OPERATORS[query.operator].format("value")
        return f"EXISTS (SELECT 1 FROM json_each(tags) WHERE {test})", [query.value]  # noqa: S608
    if isinstance(query, Not):
        inside, values = condition(query.part)
        return f"NOT coalesce({inside}, 0)", values
    parts = [condition(part) for part in query.parts]
    word = " AND " if isinstance(query, All) else " OR "
    return f"({word.join(part for part, _ in parts)})", [v for _, values in parts for v in values]
