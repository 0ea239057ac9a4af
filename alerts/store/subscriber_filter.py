"""A query about subscribers as an SQL condition: the SQL is fixed, the values are parameters (X17)."""

from alerts.domain.subscriber import FIELDS
from alerts.domain.subscriber_fields import FieldKind
from alerts.store.subscriber_query import All, Is, Not, Query

STANDING = """CASE WHEN status <> 'erased' AND EXISTS
    (SELECT 1 FROM suppressions AS x WHERE x.email_key = subscribers.email_key)
    THEN 'suppressed' ELSE status END"""
"""In SQL: the status of a row of `subscribers` as it is displayed."""

_COLUMNS = {
    **{field.asked: field.name for field in FIELDS if field.asked},
    "status": f"({STANDING})",  # as it is shown
    "joined": "created_at",
    "changed": "updated_at",
}
_ARRAYS = {field.name for field in FIELDS if field.kind is FieldKind.WORDS}
_EMPTY_IS_ALL = {field.name for field in FIELDS if field.empty_is_all}
_OPERATORS = {
    "=": "{} = ? COLLATE NOCASE",
    "~": "instr(lower({}), lower(?)) > 0",
    ">=": "{} >= ?",
    "<": "{} < ?",
}


def condition(query: Query) -> tuple[str, list[str]]:
    """The condition and its parameters, for the table `subscribers`."""
    if isinstance(query, Is):
        column = _COLUMNS[query.field]
        if column not in _ARRAYS:
            return _OPERATORS[query.operator].format(column), [query.value]
        test = _OPERATORS[query.operator].format("value")
        found = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE {test})"  # noqa: S608
        if column in _EMPTY_IS_ALL:
            found = f"({column} = '[]' OR {found})"
        return found, [query.value]
    if isinstance(query, Not):
        inside, values = condition(query.part)
        return f"NOT coalesce({inside}, 0)", values
    parts = [condition(part) for part in query.parts]
    word = " AND " if isinstance(query, All) else " OR "
    return f"({word.join(part for part, _ in parts)})", [v for _, values in parts for v in values]
