"""The outbox as a machine that Hypothesis drives: whatever happens, in whatever order, the promise holds.

The real store on a real file; the senders are what dispatch does, reduced to its moves: claim, look,
hand over, settle, release, or be killed. Two machines share the outbox, each with a clock of its own that
jumps forward and back. In between people leave, move to other addresses and time zones, come back, are
suppressed and erased, an admin decides, old lists come in, send windows are set, issues are recalled,
reissued and corrected, and older databases are put back. Who may be mailed is kept in `People`, by what was
said in which order, without the departures ledger. Beside the issue of the month, a special alert is queued
for a segment, while readers say that they want no special alerts, or want them again, and tags come and go.
"""

import hashlib
import os
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlite_utils import Database

from alerts import cli
from alerts.config.load import load
from alerts.config.window_declarations import WindowsSettings
from alerts.config.windows import NO_WINDOWS, SendWindows
from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState, Outcome, Owed, Reason, Reply
from alerts.domain.errors import InputError, TakenOver, UsageError
from alerts.domain.issue import Actor, Edition
from alerts.domain.month import Month
from alerts.domain.subscriber import SubscriberStatus, SuppressionReason
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import Merge, template
from alerts.outbox import correct, recall, segment
from alerts.store import (
    claims,
    clock,
    corrections,
    deliveries,
    departures_follow,
    departures_write,
    instance,
    issue_versions,
    issues,
    link_numbers,
    outbox_figures,
    settled_counts,
    signing_keys,
    subscribers,
    transaction,
    windows,
)
from alerts.store.deliveries import DeliverySelection
from alerts.store.departure_facts import DepartureKind
from alerts.store.departures_location import Departure
from alerts.store.issues import StoredIssue
from alerts.store.receipts import Receipts, settle_left
from alerts.subscribers import admin, self_service, unsubscribe
from alerts.subscribers.admin import SubscriberEdits
from alerts.subscribers.self_service import Choice
from tests.factories import (
    MONTH,
    NOW,
    add_subscribers,
    database,
    edition,
    issue_frozen,
    queue_issue,
)

READERS = 12
HOUR = timedelta(hours=1)
HOSTS = st.sampled_from(["one", "two"])
PEOPLE = st.integers(1, READERS)
ZONES = ("", "America/Bogota", "Asia/Tokyo")
HOURS = st.sampled_from(["", "09:00-18:00", "20:00-02:00", "08:00-09:30"])
SPECIAL = Month(2026, 10, "call")
ISSUES = st.sampled_from([MONTH, SPECIAL])
MOVES = st.tuples(st.booleans(), st.sampled_from([0, 0, 1, 2, 3, None]))  # (taken?, which outcome)
TAKEN = (
    Outcome(DeliveryState.SENT, Reply(250, "ok")),
    Outcome(DeliveryState.IN_DOUBT, Reply(0, "no answer"), Reason.UNANSWERED),
)
NOT_TAKEN = (
    Outcome(DeliveryState.DEFERRED, Reply(451, "later"), Reason.TEMPORARY),
    Outcome(DeliveryState.FAILED, Reply(550, "no"), Reason.REJECTED),
    Outcome(DeliveryState.IN_DOUBT, Reply(0, "no answer"), Reason.UNANSWERED),
    Outcome(DeliveryState.QUEUED, Reply(421, "enough"), tried=False),
)


@cache
def _queued_project() -> Path:
    root = Path(tempfile.mkdtemp()) / "project"
    cli.call(["-q", "init", str(root)])
    db = database(root)
    add_subscribers(db, READERS)
    queue_issue(root, db)
    db.close()
    return root


@dataclass
class Host:
    """One machine: its clock, and what a process on it holds in memory."""

    name: str
    now: datetime = NOW
    running: bool = False
    months: tuple[Month, ...] = (MONTH, SPECIAL)  # which issues a process on it sends
    held: dict[int, deque[Owed]] = field(default_factory=dict)
    on_its_way: dict[int, tuple[Owed, bool]] = field(default_factory=dict)  # (what, taken?)

    def forget(self) -> None:
        """As a kill does, or giving way to another machine."""
        self.running = False
        self.held.clear()
        self.on_its_way.clear()


@dataclass
class People:
    """What people said, in words of its own: acts are numbered in their order.

    Whoever left stays away under every address that they had, until they, or whoever has the address now,
    join afresh. What is only known to be spoilt is never said to be kept.
    """

    acts: int = 0
    left: dict[int, int] = field(default_factory=dict)  # by person, until they join
    last_left: dict[int, int] = field(default_factory=dict)  # … and whatever they said later
    owner: dict[str, int] = field(
        default_factory=dict
    )  # who had an address last, as far as was said
    left_with: dict[str, int] = field(default_factory=dict)  # by address
    joined: dict[str, int] = field(default_factory=dict)  # by address
    barred: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)  # addresses of people who were erased
    held: dict[int, set[str]] = field(default_factory=dict)  # every address that a person ever had
    spoilt: set[str] = field(default_factory=set)  # addresses of which anything was ever said

    def leaves(self, person: int, email: str) -> None:
        """A person leaves, by their number and, unless it is empty, their address."""
        self.acts += 1
        self.left[person] = self.last_left[person] = self.acts
        if email:
            self.left_with[email], self.owner[email] = self.acts, person
        self.spoilt |= self.held.setdefault(person, set()) | {email}

    def joins(self, person: int, email: str) -> None:
        """A fresh opt-in, by the person who has that address."""
        self.acts += 1
        self.joined[email], self.owner[email] = self.acts, person
        self.left.pop(person, None)

    def moves(self, person: int, before: str, email: str) -> None:
        """A person changes their address, which is no opt-in."""
        self.owner[before] = self.owner[email] = person
        self.held[person].add(email)
        if person in self.last_left:
            self.spoilt |= self.held[person]

    def bars(self, email: str) -> None:
        """An address must not be mailed."""
        self.barred.add(email)
        self.spoilt.add(email)

    def allows(self, email: str) -> None:
        """… it may be, and if its person was erased, it is anybody's."""
        self.barred.discard(email)
        if email in self.erased:
            self.erased.discard(email)
            self.left_with.pop(email, None)
            self.owner.pop(email, None)

    def away(self, person: int, email: str) -> bool:
        """Whether this person, at that address, must not be mailed."""
        joined = self.joined.get(email, 0)
        return (
            email in self.barred
            or self.left.get(person, 0) > joined
            or self.left_with.get(email, 0) > joined
        )

    def gone(self, email: str) -> bool:
        """Whether no list may bring in this address."""
        return self.away(self.owner.get(email, 0), email)

    def back(self, person: int, email: str) -> bool:
        """Whether the last word of all who ever had the address was to be on the list."""
        joined = self.joined.get(email, 0)
        had = {who for who, held in self.held.items() if email in held} | {person}
        return (
            email not in self.barred
            and self.left_with.get(email, 0) < joined
            and all(self.last_left.get(who, 0) < joined for who in had)
        )

    def kept(self, person: int, email: str) -> bool:
        """Whether nobody ever said anything against them."""
        return (
            person not in self.left and not (self.held.get(person, set()) | {email}) & self.spoilt
        )


class Outbox(RuleBasedStateMachine):
    """See the module."""

    @initialize(
        hours=HOURS,
        zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3),
        members=st.sets(PEOPLE, min_size=3),
        declined=st.sets(PEOPLE, max_size=3),
    )
    def queued(self, hours: str, zones: list[str], members: set[int], declined: set[int]) -> None:
        """An issue, queued for everyone; a special alert for members, without those who want none."""
        self.folder = Path(tempfile.mkdtemp())
        self.state_before = os.environ.get("XDG_STATE_HOME", "")
        os.environ["XDG_STATE_HOME"] = str(self.folder / "state")
        shutil.copy(_queued_project() / "subscribers.db", self.folder)
        shutil.copy(_queued_project() / "alerts.toml", self.folder)
        self.db: Database = database(self.folder)
        self.settings = load(self.folder, {})
        self.db.execute("PRAGMA synchronous = OFF")  # a machine that fails is not tried here
        self.hosts = {name: Host(name) for name in ("one", "two")}
        self.windows = NO_WINDOWS
        self.windows_are_set(hours)
        for person in range(1, READERS + 1):
            self.someone_travels(person, zones[person % len(zones)])
        self.copies: Counter[int] = Counter()  # what the relay has taken, by delivery
        self.contents: dict[tuple[int, int, str], bytes] = {}  # by delivery, version and address
        self.versions: dict[int, set[int]] = {}  # those that were taken, by delivery
        self.corrected: dict[int, set[int]] = {}  # to whom each correction is owed, by its id
        self.put_back = False  # an older database, in which an admin may have another version sent
        self.allowed: Counter[int] = Counter(dict.fromkeys(range(1, READERS + 1), 1))
        self.special_readers: set[int] = set()  # those whom the special alert was queued for
        self.arrived_by_word: set[int] = set()
        self.retried: set[int] = set()
        self.people = People()
        for person in range(1, READERS + 1):
            self.people.held[person] = {f"reader{person}@example.org"}
        self.tags_are_given(members)
        for person in declined:
            self.someone_declines_special_alerts_or_wants_them(person, wants=False)
        actor = Actor("editor", "test")
        segment.set_recipients(self.db, SPECIAL, "tag=member", actor, NOW, ["recipients"])
        self._freeze_special(edition(body="Now, {slot:name|reader}"))
        assert self.special_readers == members - declined

    def _merge(self, edition_id: int) -> Merge:
        stored = issues.template(self.db, edition_id)
        secret = signing_keys.all_secrets(self.db)[stored.secret_id]
        return Merge(
            stored.octets, Frame.from_json(stored.frame), stored.secret_id, secret, stored.language
        )

    def teardown(self) -> None:
        """Close and remove it."""
        if hasattr(self, "db"):
            assert self.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            self.db.close()
            shutil.rmtree(self.folder)
            os.environ["XDG_STATE_HOME"] = self.state_before

    # --- a sender ---------------------------------------------------------------------------------

    @rule(name=HOSTS, connections=st.integers(1, 3), moves=st.lists(MOVES, min_size=2, max_size=8))
    def send(self, name: str, connections: int, moves: list[tuple[bool, int | None]]) -> None:
        """A run begins, if there is none, and comes some messages further."""
        self._send(self.hosts[name], connections, moves)

    @rule(name=HOSTS, connections=st.integers(1, 3), moves=st.lists(MOVES, min_size=1, max_size=5))
    def send_and_be_killed(
        self, name: str, connections: int, moves: list[tuple[bool, int | None]]
    ) -> None:
        """kill -9: what was in memory is gone, what was taken stays taken."""
        self._send(self.hosts[name], connections, moves)
        self.hosts[name].forget()

    @rule(name=HOSTS, connections=st.integers(1, 3), moves=st.lists(MOVES, min_size=1, max_size=5))
    def send_and_stop(
        self, name: str, connections: int, moves: list[tuple[bool, int | None]]
    ) -> None:
        """A run ends well: what is on its way is answered, what it did not begin is owed as before."""
        host = self.hosts[name]
        self._send(host, connections, moves)
        while host.on_its_way:
            self._settle(host, 0, by_receipt=True)
        claims.release(self.db, [*host.held], host.now)
        host.forget()

    def _send(self, host: Host, connections: int, moves: list[tuple[bool, int | None]]) -> None:
        """Each move: whether the relay takes it, and the answer; None: none yet."""
        if not host.running:
            self._start(host, connections)
        for taken, outcome in moves:
            if len(host.on_its_way) == len(host.held):
                self._settle(host, 0, by_receipt=True)
            self._hand_over(host, taken)
            if outcome is not None:
                self._settle(host, outcome, by_receipt=outcome % 2 == 0)

    def _start(self, host: Host, connections: int) -> None:
        """Receipts folded, dead leases ended, one lease a connection."""
        self._settle_left(host)
        host.running = True
        clock.pull_forward(self.db, host.now, 6 * HOUR, windows=self.windows.on)
        if self.windows.on:
            with transaction(self.db):
                windows.plan(self.db, self._closed_until(host), host.now, host.months)
        for _ in range(connections):
            lease = claims.open_lease(self.db, "process", host.name, host.now + HOUR)
            host.held[lease] = deque()

    @rule(name=HOSTS)
    def begins_to_take_over(self, name: str) -> None:
        """Leases are expired; their holders may live, and write receipts, before the rest is done."""
        if not self.hosts[name].running:
            claims.expire(self.db, name, self.hosts[name].now)

    def _settle_left(self, host: Host) -> None:
        doubtful = self._ids("in_doubt")
        settle_left(self.db, host.name, host.now)
        for delivery in self._ids("in_doubt") - doubtful:
            self.allowed[delivery] += 1  # the window that no client can close

    @rule(
        name=HOSTS,
        limit=st.integers(1, 5),
        resend=st.booleans(),
        months=st.sampled_from([(SPECIAL,), (MONTH, SPECIAL)]),
    )
    def claim(self, name: str, limit: int, resend: bool, months: tuple[Month, ...]) -> None:
        """More is dealt out to the leases that are there, of all issues or of one that was named."""
        self.hosts[name].months = months
        self._claim(self.hosts[name], limit, resend)

    def _claim(self, host: Host, limit: int, resend: bool) -> None:
        if not host.held:
            return
        held = {owed.id for row in host.held.values() for owed in row}
        after = max(held | {owed.id for owed, _ in host.on_its_way.values()}, default=0)
        doubtful, final = self._ids("in_doubt"), self._ids("sent", "failed", "skipped")
        try:
            claimed = claims.claim(
                self.db,
                [*host.held],
                limit,
                host.now,
                host.now + HOUR,
                host.months,
                after=after,
                doubtful=resend,
                closed_until=self._closed_until(host),
            )
        except TakenOver:
            host.forget()
            return
        for lease, owed in claimed.rows:
            assert owed.id not in final, "what is settled was claimed again"
            assert resend or owed.id not in doubtful, "what is held was claimed"
            assert self._may_get(owed), "nobody who left or declined is claimed (S7)"
            assert self._is_open(owed.subscriber_id, host), "what waits for a window was claimed"
            host.held[lease].append(owed)
        assert all([*row] == sorted(row, key=lambda owed: owed.id) for row in host.held.values())

    def _hand_over(self, host: Host, taken: bool) -> None:
        """The next body of a lease goes out; the relay takes it, or it does not."""
        if not any(host.held.values()) and host.held:
            self._claim(host, limit=4, resend=True)
        idle = [lease for lease, row in host.held.items() if row and lease not in host.on_its_way]
        if not idle or not self._looks(host):
            return
        lease = next((lease for lease in idle if host.held[lease]), None)
        if lease is None:
            return
        owed = host.held[lease].popleft()
        assert self._may_get(owed), "a message began for someone who left or declined (P5)"
        assert self._is_open(owed.subscriber_id, host), "a message began outside of the window"
        row = next(self.db.query("SELECT * FROM deliveries WHERE id = ?", (owed.id,)))
        assert (row["state"], row["lease_id"]) == ("sending", lease)
        version = self._version_of(owed.edition_id)
        if row["issue_id"] not in self.corrected:
            issue = issues.by_id(self.db, row["issue_id"])
            assert not issue.recalled_at, "a body began after the recall was obeyed"
            assert version == issue.version or row["doubted"], "an old version began anew"
        octets = self._merge(owed.edition_id).message(owed)
        same = self.contents.setdefault((owed.id, version, owed.email), octets)
        assert same == octets, "a repeat is the same octets"
        host.on_its_way[lease] = owed, taken
        self.copies[owed.id] += taken
        if taken:
            self.versions.setdefault(owed.id, set()).add(version)

    @rule(name=HOSTS, outcome=st.integers(0, 3), by_receipt=st.booleans())
    def an_answer_comes(self, name: str, outcome: int, by_receipt: bool) -> None:
        """It is written, directly or by a receipt that is folded in; it may come very late."""
        self._settle(self.hosts[name], outcome, by_receipt=by_receipt)

    def _settle(self, host: Host, outcome: int, *, by_receipt: bool) -> None:
        if not host.on_its_way:
            return
        lease, (owed, taken) = next(iter(host.on_its_way.items()))
        del host.on_its_way[lease]
        found = TAKEN[outcome % 2] if taken else NOT_TAKEN[outcome]
        attempts = owed.attempts + found.tried
        settlement = claims.Settlement(
            owed.id, lease, found, attempts, host.now + HOUR / 4, host.now
        )
        ours = self._lease_of(owed.id) == lease
        if by_receipt:
            Receipts(self.db).append([settlement])
            with Receipts(self.db) as receipts:
                receipts.fold()
        else:
            claims.settle(self.db, [settlement])
        claims.settle(self.db, [settlement])  # twice changes nothing
        if ours and found.state is DeliveryState.IN_DOUBT:
            self.allowed[owed.id] += 1
        if ours:
            assert self._state(owed.id) == found.state
            self.retried.discard(owed.id)

    @rule(name=HOSTS, minutes=st.sampled_from([20, 20, 61, 61, 600, -1, -61]))
    def clock_jumps(self, name: str, minutes: int) -> None:
        """Time passes, or a clock is set."""
        self.hosts[name].now += timedelta(minutes=minutes)

    def _looks(self, host: Host) -> bool:
        """What comes before each message; False where the host must give way."""
        try:
            claims.renew(self.db, [*host.held], host.now + HOUR)
        except TakenOver:
            host.forget()
            return False
        on_its_way = [owed.id for owed, _ in host.on_its_way.values()]
        known = issue_versions.recalls(self.db)
        with transaction(self.db):
            back = issue_versions.obey(self.db, host.held, known, host.now, in_flight=on_its_way)
            back += windows.give_back(
                self.db, host.held, self._closed_until(host), host.now, in_flight=on_its_way
            )
        gone = set(back) | set(claims.skip(self.db, host.held, host.now, in_flight=on_its_way))
        for row in host.held.values():
            for owed in [owed for owed in row if owed.id in gone]:
                row.remove(owed)
        return True

    # --- people, and the admin --------------------------------------------------------------------

    @rule(
        person=PEOPLE,
        how=st.sampled_from(["unsubscribe", "complain", "suppress", "erase", "return", "return"]),
    )
    def someone_leaves_or_returns(self, person: int, how: str) -> None:
        """Committed before the next look, so honoured from then on."""
        email = self._email(person)
        if not email:
            email = f"reader{person}@example.org"  # they were erased: it may be somebody else's now
            how = "return"
        address, now, reason = Address.parse(email), NOW, SuppressionReason.MANUAL
        match how:
            case "unsubscribe":
                admin.unsubscribe(self.db, address, now=now)
                self.people.leaves(person, email)
            case "complain":
                found = subscribers.by_id(self.db, person)
                assert found is not None
                unsubscribe.complain(self.db, found, now, heard=True)
                self.people.leaves(person, email)
                self.people.bars(email)
            case "suppress":
                unsubscribe.suppress(self.db, [address], reason=reason, note="", now=now)
                self.people.bars(email)
            case "erase":
                admin.erase(self.db, address, now=now)
                self.people.leaves(person, email)
                self.people.erased |= self.people.held[person]
            case _:
                if admin.allow(self.db, address, now=now):
                    self.people.allows(email)

    @rule(person=PEOPLE, to=PEOPLE, own=st.sampled_from(["a", "b", ""]))
    def someone_moves(self, person: int, to: int, own: str) -> None:
        """To an address of their own, or to the one with which somebody else began."""
        before = self._email(person)
        if not before:
            return
        email = f"reader{person}{own}@example.org" if own else f"reader{to}@example.org"
        taken = subscribers.find(self.db, Address.parse(email))
        try:
            admin.edit(
                self.db,
                Address.parse(before),
                SubscriberEdits(),
                now=NOW,
                move_to=Address.parse(email),
            )
        except InputError:
            assert taken or email in self.people.spoilt, "only what is taken or gone is refused"
            return
        if email != before:
            assert not self.people.gone(email), "nobody moves to where somebody has left"
            self.people.moves(person, before, email)

    @rule(person=PEOPLE, which=st.integers(0, 2))
    def an_old_list_comes_in(self, person: int, which: int) -> None:
        """With an address that somebody had, and no word of theirs."""
        held = sorted(self.people.held[person])
        email = held[which % len(held)]
        who = subscribers.find(self.db, Address.parse(email))
        edits = SubscriberEdits(paused_until=None if who else "2040-01-01T00:00:00Z")
        try:
            admin.add(self.db, Address.parse(email), edits, language="en", now=NOW)
        except InputError:
            assert email in self.people.spoilt, "nobody is refused without a reason"
            return
        assert not self.people.gone(email), "a list brings nobody back"
        now = subscribers.find(self.db, Address.parse(email))
        assert now is not None
        if who is None:
            self.people.joins(now.id, email)

    @rule(person=PEOPLE, first=st.booleans())
    def someone_joins_again(self, person: int, first: bool) -> None:
        """With words of their own, at the address that a person has, or at the one that they had first."""
        email = f"reader{person}@example.org" if first else self._email(person)
        if not email:
            return
        who = subscribers.find(self.db, Address.parse(email))
        # the issue has no copy for who is new, so that its books are those of the readers
        paused = None if who else "2040-01-01T00:00:00Z"
        edits = SubscriberEdits(consent=f"yes {self.people.acts}", paused_until=paused)
        try:
            admin.add(
                self.db, Address.parse(email), edits, language="en", now=NOW, resubscribe=True
            )
        except InputError:
            assert email in self.people.spoilt, "nobody is refused without a reason"
            return
        now = subscribers.find(self.db, Address.parse(email))
        assert now is not None
        assert self._may_be_mailed(now.id), "who comes back is on the list"
        if who is None or who.status is not SubscriberStatus.ACTIVE:
            self.people.joins(now.id, email)

    @rule(person=PEOPLE, wants=st.booleans())
    def someone_declines_special_alerts_or_wants_them(self, person: int, wants: bool) -> None:
        """On their preferences page; committed before the next look."""
        self_service.choose(self.db, person, Choice("", "en", specials=wants), NOW)

    @rule(people=st.sets(PEOPLE))
    def tags_are_given(self, people: set[int]) -> None:
        """Who is a member now, and who is not; what was queued stays as it is."""
        self.db.execute("UPDATE subscribers SET tags = '[]'")
        for person in people:
            self.db.execute("UPDATE subscribers SET tags = '[\"member\"]' WHERE id = ?", (person,))

    @rule(
        person=st.none() | PEOPLE,
        month=ISSUES,
        state=st.sampled_from(
            [DeliveryState.FAILED, DeliveryState.IN_DOUBT, DeliveryState.SKIPPED]
        ),
    )
    def admin_retries(self, person: int | None, month: Month, state: DeliveryState) -> None:
        """An admin's choice: they may get a second copy."""
        before = self._ids(state)
        emails = [self._email(person)] if person else []
        which = DeliverySelection(month, [state], keys=emails)
        deliveries.decide(self.db, which, DeliveryState.QUEUED, NOW)
        for delivery in before - self._ids(state):
            if delivery not in self.retried:
                self.allowed[delivery] += 1
                self.retried.add(delivery)

    @rule(hours=HOURS)
    def windows_are_set(self, hours: str) -> None:
        """Processes that run have the settings with which they began."""
        if not any(host.running for host in self.hosts.values()):
            self.windows = SendWindows(bool(hours), WindowsSettings(hours, "mon-sat"))

    @rule(person=PEOPLE, zone=st.sampled_from(ZONES))
    def someone_travels(self, person: int, zone: str) -> None:
        """Committed before the next look, so honoured from then on."""
        self.db.execute("UPDATE subscribers SET timezone = ? WHERE id = ?", (zone, person))

    @rule(month=ISSUES)
    def recalled(self, month: Month) -> None:
        """Committed before the next look, so obeyed from then on; what is on its way is answered."""
        stored = issues.get(self.db, month)
        if stored is None:
            return
        try:
            again = not recall.recall(self.db, month, "", Actor("editor", "test"), NOW)
        except UsageError:
            assert not self._ids("queued", "deferred", "sending", of=stored.id), (
                "it could be stopped"
            )
            return
        assert self._issue(month).version == stored.version + (not again)
        assert self._issue(month).recalled_at

    @rule(name=HOSTS, month=ISSUES)
    def reissued(self, name: str, month: Month) -> None:
        """By `alerts issue reissue` on a machine on which nothing is sending: it takes the lock."""
        host, stored = self.hosts[name], issues.get(self.db, month)
        if host.running or stored is None or stored.recalled_at is None:
            return
        self._settle_left(host)
        if recall.held_elsewhere(self.db, month, host.now):
            return
        made = edition(body=f"Version {stored.version} for {{slot:name|reader}}")
        final = self._ids("sent", "failed", "in_doubt")
        versions = {delivery: self._version_in_books(delivery) for delivery in final}
        if month == SPECIAL:
            self._freeze_special(made)
        else:
            issue_frozen(self.folder, self.db, month, NOW, made)
        for delivery, version in versions.items():
            assert self._version_in_books(delivery) == version, "who was mailed keeps their version"
        for delivery in self._ids("queued", "deferred"):
            if self.copies[delivery] and delivery not in self.retried and not self.put_back:
                assert self._version_in_books(delivery) in self.versions[delivery]

    @precondition(lambda self: hasattr(self, "db") and len(self.corrected) < 3)
    @rule(name=HOSTS, text=st.sampled_from(["40, not 4", "On the 5th"]))
    def corrected_by_a_mail(self, name: str, text: str) -> None:
        """By `alerts issue correct` on a machine on which nothing is sending: it takes the lock."""
        if self.hosts[name].running:
            return
        try:
            planned = correct.plan(self.db, self.settings, MONTH, {"en": text}, None, "")
        except UsageError:
            assert self._ids("queued", "deferred", of=self._issue(MONTH).id), "it was all sent"
            return
        if planned.already:
            return
        expected = {one for one in range(1, READERS + 1) if self._may_have(one, planned.versions)}
        assert planned.people == len(expected)
        about = {"texts": {"en": text}, "versions": list(planned.versions), "article": ""}
        made, frame = edition(body=f"Correction: {text}"), Frame.of(self.settings, MONTH)
        octets, stored = template(made, frame, NOW), self._issue(MONTH)
        with transaction(self.db):
            secret_id, _ = signing_keys.newest(self.db)
            added, _ = corrections.add(
                self.db, stored.id, MONTH, about, frame.to_json(), secret_id, NOW
            )
            digest = hashlib.sha256(octets).hexdigest()
            kept = issues.add_edition(self.db, added, made, octets, digest)
            corrections.owe(self.db, added, planned.editions, {"en": kept}, NOW)
        self.corrected[added] = expected
        self.allowed.update(dict.fromkeys(self._of_corrections(added), 1))

    def _freeze_special(self, made: Edition) -> None:
        now_for = {person for person in range(1, READERS + 1) if self._is_for(person)}
        issue_frozen(self.folder, self.db, SPECIAL, NOW, made)
        before, self.special_readers = self.special_readers, self._readers_of(SPECIAL)
        assert self.special_readers == before | now_for, "whoever has it, and who matches now"
        for delivery in self._ids(*DeliveryState) - set(self.allowed):
            self.allowed[delivery] = 1

    @rule(person=PEOPLE)
    def admin_cancels(self, person: int) -> None:
        """One person's copy is not sent, if it is still open."""
        open_ = [DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT]
        which = DeliverySelection(MONTH, open_, keys=[self._email(person)])
        deliveries.decide(self.db, which, DeliveryState.SKIPPED, NOW)

    @rule()
    def admin_accepts(self) -> None:
        """What is in doubt is taken for arrived."""
        before = self._ids("in_doubt")
        which = DeliverySelection(MONTH, [DeliveryState.IN_DOUBT])
        deliveries.decide(self.db, which, DeliveryState.SENT, NOW)
        self.arrived_by_word |= before

    @rule(person=PEOPLE)
    def someone_leaves_and_the_process_dies(self, person: int) -> None:
        """Between the ledger and the database; nobody was told that they have left."""
        who = Departure(DepartureKind.LEFT, number=link_numbers.number_of(self.db, person))
        departures_write.append_departures(self.db, [who], NOW)
        departures_follow.catch_up(self.db, NOW)  # as whatever sends next does
        self.people.leaves(person, "")

    @rule()
    def what_is_finished_is_closed(self) -> None:
        """As at the end of a send."""
        settled_counts.close_finished(self.db, NOW)

    @rule()
    def a_copy_is_made(self) -> None:
        """As `alerts backup` does."""
        shutil.copy(self.folder / "subscribers.db", self.folder / "night")

    @precondition(lambda self: hasattr(self, "db") and (self.folder / "night").exists())
    @rule(lost=st.sampled_from(["", "subscribers.db-departures", "state"]), replaced=st.booleans())
    def the_copy_is_put_back_and_adopted(self, lost: str, replaced: bool) -> None:
        """The processes were stopped; a copy of the ledger may be lost with the database."""
        for host in self.hosts.values():
            host.forget()
        self.retried.clear()  # each of them takes an admin once more
        self.put_back = True
        self.db.close()
        if lost == "state":
            shutil.rmtree(self.folder / "state", ignore_errors=True)
        elif lost:
            (self.folder / lost).unlink(missing_ok=True)
        if replaced:
            (self.folder / "subscribers.db").unlink()
        shutil.copyfile(self.folder / "night", self.folder / "subscribers.db")
        self.db = database(self.folder)
        self.db.execute("PRAGMA synchronous = OFF")
        self._forget_what_is_not_there()
        with Receipts(self.db) as receipts:
            receipts.fold()
        before = self._mailable()
        departures_follow.adopt_ledger(self.db, NOW)
        for dropped in {*before} - {*self._mailable()}:
            assert not self.people.back(*dropped), f"{dropped} had come back"
        with transaction(self.db):
            instance.hold(self.db, "", NOW)
        self.special_readers = self._readers_of(SPECIAL)

    def _forget_what_is_not_there(self) -> None:
        """Corrections of after the copy: their numbers are given to others."""
        there = {number for (number,) in self.db.execute("SELECT id FROM issues").fetchall()}
        self.corrected = {one: who for one, who in self.corrected.items() if one in there}
        known = {number for (number,) in self.db.execute("SELECT id FROM deliveries").fetchall()}
        for counter in (self.copies, self.allowed, self.versions):
            for delivery in [one for one in counter if one not in known]:
                del counter[delivery]
        self.contents = {key: kept for key, kept in self.contents.items() if key[0] in known}
        self.retried &= known
        self.arrived_by_word &= known

    # --- what always holds ------------------------------------------------------------------------

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def the_books_close(self) -> None:
        """P1: everyone is in exactly one state."""
        counts = outbox_figures.counts(self.db, MONTH)
        new = self.db.execute("SELECT count(*) FROM deliveries WHERE subscriber_id > ?", (READERS,))
        assert sum(counts.values()) == READERS + new.fetchone()[0]
        assert set(counts) == set(DeliveryState)
        for month in (MONTH, SPECIAL):  # where counts are kept, they are those of the rows
            assert outbox_figures.counts(self.db, month) == outbox_figures.counted(self.db, month)
        assert sum(outbox_figures.counts(self.db, SPECIAL).values()) == len(self.special_readers)
        assert self._readers_of(SPECIAL) == self.special_readers, "frozen with it"

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def a_correction_is_owed_once_to_whoever_had_the_mistake(self) -> None:
        """Whatever becomes of it, and whatever is recalled afterwards."""
        for correction, expected in self.corrected.items():
            found = self.db.execute(
                "SELECT subscriber_id FROM deliveries WHERE issue_id = ? ORDER BY 1", (correction,)
            )
            assert [person for (person,) in found.fetchall()] == sorted(expected)

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def sending_is_to_be_held(self) -> None:
        """A row is `sending` exactly while a lease that exists holds it."""
        assert self.db.execute(
            """SELECT count(*) FROM deliveries AS d LEFT JOIN leases AS l ON l.id = d.lease_id
                WHERE (d.state = 'sending') <> (l.id IS NOT NULL)"""
        ).fetchone() == (0,)

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def whoever_left_stays_away(self) -> None:
        """Whatever was put back."""
        for person, email in self._mailable():
            assert not self.people.away(person, email), (
                f"{person} at {email} is mailed after leaving"
            )

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def whoever_stays_is_kept(self) -> None:
        """Nobody is dropped for what others did."""
        mailable = dict(self._mailable())
        for person in range(1, READERS + 1):
            assert person in mailable or not self.people.kept(person, self._email(person))

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def nobody_is_mailed_twice(self) -> None:
        """P2: a second copy only after a doubt, or when an admin said so."""
        for delivery, copies in self.copies.items():
            assert copies <= self.allowed[delivery], f"delivery {delivery} went out {copies} times"

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def nobody_has_two_versions(self) -> None:
        """Each reader gets exactly one, and the books say which."""
        for versions in self.versions.values():
            assert len(versions) == 1 or self.put_back
        for delivery in self._ids("sent"):
            if self.copies[delivery] and not self.put_back:
                assert self._version_in_books(delivery) in self.versions[delivery]

    @precondition(lambda self: hasattr(self, "db"))
    @invariant()
    def nobody_is_sent_to_on_paper_alone(self) -> None:
        """P1: who is `sent` was taken by the relay, or by an admin's word."""
        for delivery in self._ids("sent"):
            assert self.copies[delivery] or delivery in self.arrived_by_word

    def _closed_until(self, host: Host) -> windows.ClosedUntil:
        return partial(self.windows.closed_until, now=host.now)

    def _is_open(self, subscriber: int, host: Host) -> bool:
        """In words of its own: whether the clock on their wall shows an hour of the window."""
        (zone,) = self.db.execute(
            "SELECT timezone FROM subscribers WHERE id = ?", (subscriber,)
        ).fetchone()
        local = host.now.astimezone(ZoneInfo(zone or "UTC"))
        day, hour = local.weekday(), f"{local:%H:%M}"
        match self.windows.said.open:
            case "":
                return True
            case "20:00-02:00":
                return (hour >= "20:00" and day != 6) or (hour < "02:00" and day != 0)
            case hours:
                return hours[:5] <= hour < hours[6:] and day != 6

    def _issue(self, month: Month) -> StoredIssue:
        stored = issues.get(self.db, month)
        assert stored is not None
        return stored

    def _may_have(self, person: int, versions: Collection[int]) -> bool:
        """Whether a reader who may be mailed may have one of those versions, in words of its own."""
        row = self.db.execute(
            """SELECT d.id, d.state, d.doubted, d.edition_id FROM deliveries AS d
                WHERE d.issue_id = ? AND d.subscriber_id = ?""",
            (self._issue(MONTH).id, person),
        ).fetchone()
        out = row is not None and (row[1] in ("sending", "sent", "in_doubt") or row[2] == 1)
        return out and self._version_of(row[3]) in versions and self._may_be_mailed(person)

    def _of_corrections(self, correction: int | None = None) -> set[int]:
        """The deliveries of a correction, or of all."""
        found = self.db.execute(
            """SELECT d.id FROM deliveries AS d JOIN issues AS i ON i.id = d.issue_id
                WHERE i.corrects IS NOT NULL AND coalesce(?1, i.id) = i.id""",
            (correction,),
        )
        return {delivery for (delivery,) in found.fetchall()}

    def _version_of(self, edition_id: int) -> int:
        found = self.db.execute("SELECT version FROM editions WHERE id = ?", (edition_id,))
        return int(found.fetchone()[0])

    def _version_in_books(self, delivery: int) -> int:
        found = self.db.execute("SELECT edition_id FROM deliveries WHERE id = ?", (delivery,))
        return self._version_of(found.fetchone()[0])

    def _ids(self, *states: str, of: int = 0) -> set[int]:
        marks = ",".join("?" * len(states))
        found = self.db.execute(
            f"SELECT id FROM deliveries WHERE state IN ({marks}) AND (issue_id = ? OR ? = 0)",
            (*states, of, of),
        )
        return {delivery for (delivery,) in found.fetchall()}

    def _readers_of(self, month: Month) -> set[int]:
        found = self.db.execute(
            """SELECT subscriber_id FROM deliveries AS d JOIN issues AS i ON i.id = d.issue_id
                WHERE i.month = ?""",
            (str(month),),
        )
        return {person for (person,) in found.fetchall()}

    def _is_for(self, person: int) -> bool:
        """Whether somebody would get the special alert now, in words of its own."""
        tags, declined = self.db.execute(
            "SELECT tags, no_specials_since FROM subscribers WHERE id = ?", (person,)
        ).fetchone()
        return "member" in tags and not declined and self._may_be_mailed(person)

    def _may_get(self, owed: Owed) -> bool:
        """Whether they may be mailed this copy: a special alert only if they want these."""
        issue, declined = self.db.execute(
            """SELECT i.month, s.no_specials_since FROM editions AS e JOIN issues AS i ON i.id = e.issue_id
                 JOIN subscribers AS s ON s.id = ? WHERE e.id = ?""",
            (owed.subscriber_id, owed.edition_id),
        ).fetchone()
        wants = issue != str(SPECIAL) or not declined
        return wants and self._may_be_mailed(owed.subscriber_id)

    def _state(self, delivery: int) -> str:
        found = self.db.execute("SELECT state FROM deliveries WHERE id = ?", (delivery,))
        return str(found.fetchone()[0])

    def _lease_of(self, delivery: int) -> int | None:
        found = self.db.execute("SELECT lease_id FROM deliveries WHERE id = ?", (delivery,))
        return found.fetchone()[0]  # type: ignore[no-any-return]

    def _email(self, person: int) -> str:
        """The address that a person has in the database; empty after an erasure."""
        found = self.db.execute("SELECT email FROM subscribers WHERE id = ?", (person,))
        return found.fetchone()[0] or ""

    def _mailable(self) -> list[tuple[int, str]]:
        """Everybody who may be mailed, with their address, in words of its own."""
        found = self.db.execute(
            """SELECT id, email FROM subscribers AS s WHERE status = 'active'
                  AND NOT EXISTS (SELECT 1 FROM suppressions WHERE email_key = s.email_key)"""
        )
        return [*found.fetchall()]

    def _may_be_mailed(self, subscriber: int) -> bool:
        """In words of its own, not the store's."""
        status, key = self.db.execute(
            "SELECT status, email_key FROM subscribers WHERE id = ?", (subscriber,)
        ).fetchone()
        barred = self.db.execute("SELECT 1 FROM suppressions WHERE email_key = ?", (key,))
        return status == "active" and not barred.fetchone()


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(
    max_examples=80,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
