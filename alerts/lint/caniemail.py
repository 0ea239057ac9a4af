"""Which mail programs support a feature of HTML or CSS, by the data of caniemail.com, weighted.

The data is part of the package (`data/caniemail.json`: source, date and licence inside; `make
caniemail` refreshes it). A feature that was not tested in a client counts as supported there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature by its slug; `support` has one character per client: y, a (in part), n, u (unknown)."""

    slug: str
    title: str
    support: Mapping[str, str]
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SupportGap:
    """The shares of readers, from 0 to 1, whose client has no support, or partial support, for a feature."""

    without: float
    partly: float
    clients: str  # names of the clients without support, the heaviest first


@cache
def _data() -> Any:
    text = resources.files("alerts.lint").joinpath("data/caniemail.json").read_text("utf-8")
    return json.loads(text)


@cache
def features() -> Mapping[str, Feature]:
    """All features by slug."""
    document = _data()
    return {
        one["slug"]: Feature(
            one["slug"],
            one["title"],
            dict(zip(document["clients"], one["support"], strict=True)),
            one["notes"],
        )
        for one in document["features"]
    }


def dated() -> str:
    """The date of the data."""
    return str(_data()["date"])


def licence() -> str:
    """The licence of the data, and its owner."""
    return str(_data()["licence"])


def unknown_clients(names: Iterable[str]) -> list[str]:
    """The `names` that are neither a family nor an app."""
    return [name for name in names if name not in client_names()]


@cache
def client_names() -> tuple[str, ...]:
    """The names that may have a weight: families, and the apps of each."""
    return (*_data()["families"], *_data()["clients"])


def spread(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights by app, with a sum of 1; a family's weight is divided among its apps without a weight."""
    apps: dict[str, float] = {name: weight for name, weight in weights.items() if "." in name}
    for family, weight in weights.items():
        if "." not in family:
            rest = [
                app
                for app in _data()["clients"]
                if app.startswith(f"{family}.") and app not in weights
            ]
            apps |= {app: weight / len(rest) for app in rest}
    total = sum(apps.values())
    return {app: weight / total for app, weight in apps.items() if weight > 0} if total > 0 else {}


def lack(feature: Feature, apps: Mapping[str, float]) -> SupportGap:
    """The share of readers that a feature does not reach; `apps` as from `spread`."""
    without = {app: share for app, share in apps.items() if feature.support.get(app) == "n"}
    partly = {app: share for app, share in apps.items() if feature.support.get(app) == "a"}
    return SupportGap(sum(without.values()), sum(partly.values()), told(without or partly))


def told(lacking: Mapping[str, float]) -> str:
    """Names by weight, “Gmail, Outlook (Windows)”: a family by its name if all its apps are there."""
    families: dict[str, list[str]] = {}
    for app in lacking:
        families.setdefault(app.partition(".")[0], []).append(app)
    told: list[tuple[float, str]] = []
    for family, found in families.items():
        name = _data()["families"].get(family, family)
        if len(found) < sum(app.startswith(f"{family}.") for app in _data()["clients"]):
            platforms = ", ".join(_platform(app) for app in found)
            name = f"{name} ({platforms})"
        told.append((sum(lacking[app] for app in found), name))
    return ", ".join(name for _, name in sorted(told, key=lambda one: -one[0]))


def _platform(app: str) -> str:
    platform = app.partition(".")[2]
    return str(_data()["platforms"].get(platform, platform))
