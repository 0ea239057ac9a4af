"""The description of the API (OpenAPI 3.1.1), made from the operations and the types that they use."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from alerts import __version__
from alerts.web.api.operation import CarriedOut, Operation
from alerts.web.api.problems import Problem

ABOUT = """\
The library of alerts over HTTP. An answer of success means that the change is on disk. Refusals are
problem documents (RFC 9457) that name the field and the remedy. See docs/api.md."""
EXAMPLES = {"month": "last", "language": "en", "email": "ana@example.org", "slug": "lab"}
_REF = "#/components/schemas/{name}"
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "The same request with the same key is carried out once, and answered the same for a day.",
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of what you have seen, or * for whatever it is now.",
}
_TAG = {"ETag": {"schema": {"type": "string"}, "description": "For If-Match and If-None-Match."}}


def document(operations: Sequence[Operation], server: str) -> dict[str, Any]:
    """The whole description; `server` is the path of the API as a caller sees it."""
    types = [
        *dict.fromkeys(
            one
            for operation in operations
            for one in (operation.body, operation.gives)
            if one is not None and one is not bytes
        ),
        Problem,
    ]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    named = {str(key): schema for key, schema in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _operation(operation, named, {one.path for one in operations if one.tagged})
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.1",
        "info": {"title": "alerts", "version": __version__, "description": ABOUT},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in operations)],
        "paths": paths,
        "components": {
            "schemas": {_plain(name): _plainly(schema) for name, schema in components.items()},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of `alerts token add NAME --scope read|write|admin`.",
                }
            },
        },
    }


def _operation(
    operation: Operation, named: Mapping[str, Any], shown: Iterable[str]
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Scope: {operation.scope.value}.",
        "tags": [operation.tag],
        "parameters": [*_parameters(operation, shown)],
        "responses": _responses(operation, named, shown),
    }
    if operation.body is bytes:
        content = {"schema": {"type": "string", "contentEncoding": "binary"}}
        described["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": content},
        }
    elif operation.body is not None:
        content = {"schema": _plainly(named[str(operation.body)])}
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def _parameters(operation: Operation, shown: Iterable[str]) -> Iterable[dict[str, Any]]:
    for name in operation.parameters:
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1},
            **({"example": EXAMPLES[name]} if name in EXAMPLES else {}),
        }
    schema = msgspec.json.schema(operation.query)
    (fields,) = [*schema["$defs"].values()] or [schema]
    for name, kind in fields["properties"].items():
        yield {"name": name, "in": "query", "schema": kind}
    if operation.carried is not CarriedOut.READ:
        yield _KEY
    if operation.path in shown and operation.method != "GET":
        tag = {"type": "string", "pattern": '^"[0-9a-f]{32}"$'}
        wanted = {"anyOf": [{"const": "*"}, tag]}
        yield {**_MATCH, "required": operation.guarded, "schema": wanted}


def _responses(
    operation: Operation, named: Mapping[str, Any], shown: Iterable[str]
) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done, and on disk." if operation.body else "Done."}
    if operation.gives is None:
        status = "204" if operation.status == 200 else str(operation.status)
        answers = {status: good}
    else:
        kind = (
            {"type": "string"}
            if operation.gives is bytes
            else _plainly(named[str(operation.gives)])
        )
        good["content"] = {operation.media: {"schema": kind}}
        answers = {str(operation.status): good}
        if operation.again:
            answers["200"] = {**good, "description": "It was so before."}
        if operation.tagged:
            good["headers"] = _TAG
            answers["304"] = {"description": "It is what If-None-Match names."}
    changes = operation.carried is not CarriedOut.READ
    refusals = {
        "400": True,
        "401": True,
        "403": True,
        "404": bool(operation.parameters) or "month" in operation.query.__struct_fields__,
        "409": changes,
        "412": operation.path in shown and operation.method != "GET",
        "413": operation.body is not None,
        "415": operation.body is not None,
        "422": operation.impossible or changes,
        "428": operation.guarded,
        "429": True,
        "503": True,
    }
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}
    for status, may in refusals.items():
        if may:
            answers[status] = {"description": "See `type` and `detail`.", "content": content}
    answers["414"] = {"description": "Path and query are longer than 2,000 octets."}
    return answers


def _plain(name: str) -> str:
    """`ListPage[ApiJob]` as a name that client generators take: `PageOfApiJob`."""
    return re.sub(r"^(\w+?)_(\w+?)_$", r"\1Of\2", name)


def _plainly(schema: Any) -> Any:
    """A schema with references to such names."""
    if isinstance(schema, Mapping):
        return {key: _plainly(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_plainly(one) for one in schema]
    if isinstance(schema, str) and schema.startswith("#/components/schemas/"):
        head, _, name = schema.rpartition("/")
        return f"{head}/{_plain(name)}"
    return schema
