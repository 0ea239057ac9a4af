"""`project.profiles`: the partner organisations that articles can belong to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from alerts.config.known import language_known
from alerts.domain.article import Profile
from alerts.domain.errors import UsageError
from alerts.issue import editing
from alerts.library.opened import ProjectPart, call
from alerts.library.voided import Voided, voided
from alerts.store import profiles
from alerts.text.plain_text import safe_url, tidy

NOTHING_SAID: Mapping[str, str] = MappingProxyType({})


class Profiles(ProjectPart):
    """The organisations, by their short names. Iterating yields them all.

    A change of an organisation also changes issues that show it: each act returns the voided approvals.
    """

    def __iter__(self) -> Iterator[Profile]:
        with self._opened.translated():
            yield from profiles.all_profiles(self._opened.db).values()

    @call
    def find(self, slug: str) -> Profile | None:
        """The organisation of that short name."""
        return profiles.all_profiles(self._opened.db).get(slug)

    @call
    def add(
        self,
        slug: str,
        *,
        name: str,
        link: str = "",
        logo: str = "",
        descriptions: Mapping[str, str] = NOTHING_SAID,
    ) -> bool:
        """Add an organisation, `descriptions` by language; False where the same one exists already.

        Raises `UsageError` where it exists and differs, or where an address or a language is malformed.
        """
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug):
            raise UsageError(f"“{slug}”: write a short name of a-z, 0-9 and -, for example icj")
        new = _changed(Profile(slug, ""), name, link, logo, descriptions)
        there = self.find(slug)
        if there == new:
            return False
        if there is not None:
            raise UsageError(
                f"profile “{slug}” exists already; change it with `alerts profile edit`"
            )
        self._keep(slug, new)
        return True

    @call
    def edit(
        self,
        slug: str,
        *,
        name: str | None = None,
        link: str | None = None,
        logo: str | None = None,
        descriptions: Mapping[str, str] = NOTHING_SAID,
    ) -> tuple[Voided, ...]:
        """Apply the given changes; an empty text removes a value. Raises `UsageError`."""
        return self._keep(slug, _changed(self._known(slug), name, link, logo, descriptions))

    @call
    def remove(self, slug: str) -> tuple[Voided, ...]:
        """Remove an organisation; its articles stay, without it. Raises `UsageError` where there is
        none."""
        self._known(slug)
        return self._keep(slug, None)

    def _known(self, slug: str) -> Profile:
        known = self.find(slug)
        if known is None:
            raise UsageError(f"no profile “{slug}”; `alerts profile list` shows them")
        return known

    def _keep(self, slug: str, new: Profile | None) -> tuple[Voided, ...]:
        """Store a profile, or (None) remove it."""
        opened = self._opened
        months = editing.keep_profile(opened.db, slug, new, opened.actor(), opened.now)
        return voided(opened, months, "")


def _changed(
    old: Profile,
    name: str | None,
    link: str | None,
    logo: str | None,
    descriptions: Mapping[str, str],
) -> Profile:
    """`old` with the given changes."""
    told = {language_known(language): tidy(words) for language, words in descriptions.items()}
    new = replace(
        old,
        name=old.name if name is None else tidy(name),
        link=old.link if link is None else _address(link, "link"),
        logo=old.logo if logo is None else _address(logo, "logo"),
        descriptions={k: v for k, v in (dict(old.descriptions) | told).items() if v},
    )
    if not new.name:
        raise UsageError("--name: an organisation needs a name")
    return new


def _address(text: str, field: str) -> str:
    """A web address, or nothing; raises `UsageError`."""
    url = safe_url(text)
    if text and not url:
        raise UsageError(f"--{field} “{text}”: write a full URL, http://… or https://…")
    return url
