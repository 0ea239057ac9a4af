"""The HTTP API below `/api/v1`: what the library can do, for other programs.

    operation.py    one operation: method, path, scope, the types of what it takes and gives, its handler
    values.py …     the typed values: handlers use them, and openapi.py makes the schema from them
    decoding.py     query and body to these types, with the field and the remedy where they do not fit
    problems.py     refusals (RFC 9457)
    carrying.py     carries an operation out: If-Match, Idempotency-Key, commit, answer
    answering.py    the ASGI application of one path: token, limits, CORS
    register.py     every operation
    openapi.py      the description of all of them (OpenAPI 3.1)

An answer of success means that the change is on disk. A token is never logged.
"""
