"""A connection to the hub: TLS unless it is on this machine, short time limits, each statement a commit.

Before a new connection is used, the session of the one before is ended in PostgreSQL: a statement that was
still on its way there would else take effect after those that followed it, and a lock that it holds would
stay until the server sees that its client is gone. It looks after seconds, not hours.

The only module that imports psycopg. Errors of PostgreSQL become `HubUnavailable` (wait and try again) or
`SettingsError` (a person must act), in words of ours.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from alerts.config.server_url import is_loopback
from alerts.domain.errors import SettingsError, TryLater
from alerts.domain.open_transaction import outside

if TYPE_CHECKING:
    import psycopg

_ENCRYPTED = ("require", "verify-ca", "verify-full")
_PATIENCE_MS = 10_000  # for one statement, and for the network
_OLDEST = 140000  # PostgreSQL 14
_SETTINGS = f"""
    SET statement_timeout = {_PATIENCE_MS};
    SET synchronous_commit = on;  -- an outcome is told once it is on disk
    SET timezone = 'UTC';
    SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
    SET tcp_user_timeout = {_PATIENCE_MS};
    -- The tables are new, so nothing is known of them yet, and a plan by guess reads and sorts all of them.
    SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; SET jit = off
"""


class HubUnavailable(TryLater):
    """The hub cannot be reached, or has no answer now; nothing is known to be wrong."""


class HubDatabase:
    """One connection to the hub, for one thread; opened at the first use and again after a fault."""

    def __init__(self, url: str, setting: str, name: str) -> None:
        """`setting` is what messages call the URL, `name` what PostgreSQL shows the connection as."""
        self._parameters = parameters(url, setting)
        self._setting, self._name = setting, name
        self._open: psycopg.Connection[Any] | None = None
        self._session: tuple[Any, ...] = ()  # process and beginning of the last session

    @property
    def connected(self) -> bool:
        """True while there is a connection that has not failed."""
        return self._open is not None

    @property
    def where(self) -> str:
        """Host and database, without password."""
        host = self._parameters.get("host") or "this machine"
        return f"{host}/{self._parameters.get('dbname', '')}".rstrip("/")

    def rows(self, statement: str, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Run one statement, which is committed, and on the hub's disk, when this returns."""
        with self._cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else ()

    def copy(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows by COPY, all or none."""
        with self._cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        """Close the connection; the next use opens another."""
        if self._open is not None:
            self._open.close()
            self._open = None

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        outside("the hub is asked")
        psycopg = _psycopg()
        try:
            if self._open is None:
                self._open = self._connect()
            with self._open.cursor() as cursor:
                yield cursor
        except psycopg.errors.InsufficientPrivilege as fault:
            self.close()
            raise SettingsError(
                f"{self._setting}: the role may not use the schema alerts_hub of {self.where};"
                " see docs/hub.md"
            ) from fault
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as fault:
            self.close()
            raise HubUnavailable(f"the hub {self.where} has no schema yet") from fault
        except psycopg.Error as fault:
            self.close()
            raise HubUnavailable(f"the hub {self.where} does not answer{_state(fault)}") from fault

    def _connect(self) -> "psycopg.Connection[Any]":
        connection: psycopg.Connection[Any] = _psycopg().connect(
            **self._parameters, autocommit=True, application_name=self._name
        )
        if connection.info.server_version < _OLDEST:
            connection.close()
            raise SettingsError(f"{self._setting}: the hub needs PostgreSQL 14 or newer")
        connection.execute(_SETTINGS)
        self._end_session(connection)
        self._session = (
            connection.execute(
                "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
            ).fetchone()
            or ()
        )
        return connection

    def _end_session(self, connection: "psycopg.Connection[Any]") -> None:
        """End the last session, if PostgreSQL still has it."""
        if not self._session:
            return
        ended = connection.execute(
            """SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
                WHERE (pid, backend_start) = (%s, %s)""",
            (_PATIENCE_MS // 2, *self._session),
        ).fetchall()
        if ended == [(False,)]:
            connection.close()
            raise HubUnavailable(f"the hub {self.where} does not end an earlier connection")


def parameters(url: str, setting: str) -> dict[str, Any]:
    """What psycopg connects with; raises `SettingsError` for a malformed URL, or one without TLS."""
    psycopg = _psycopg()
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingsError(f"{setting}: write postgresql://user@host/database")
    try:
        found: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error as fault:
        raise SettingsError(
            f"{setting}: cannot be read; write postgresql://user@host/database"
        ) from fault
    hosts = str(found.get("hostaddr") or found.get("host") or "").split(",")
    here = all(
        not host or host.startswith(("/", "@")) or is_loopback(unquote(host)) for host in hosts
    )
    mode = found.get("sslmode")
    if not here:
        if mode is None:
            found["sslmode"] = "verify-full"
            found.setdefault("sslrootcert", "system")
        elif mode not in _ENCRYPTED:
            raise SettingsError(
                f"{setting}: sslmode={mode} would send addresses unencrypted; write"
                " sslmode=verify-full, or leave it out"
            )
    usual = {
        "connect_timeout": 5,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": _PATIENCE_MS,
    }
    return {**usual, **found}


def _state(fault: Exception) -> str:
    """The code of PostgreSQL (SQLSTATE), where it sent one."""
    code = getattr(fault, "sqlstate", None)
    return f" (SQLSTATE {code})" if code else ""


def _psycopg() -> Any:
    try:
        import psycopg
        import psycopg.conninfo
    except ImportError as fault:
        raise SettingsError(
            "delivery.hub: the hub needs one more package: pip install 'monthly-alerts[hub]'"
        ) from fault
    return psycopg
