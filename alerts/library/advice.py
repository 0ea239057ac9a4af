"""What the last issue says of how fast to send: a sentence for each provider that asked for less. Pure."""

from collections.abc import Iterator, Sequence

from alerts.library.providers import ProviderFigures

FEW = 20  # deferred copies, below which nothing is said
MUCH = 0.1  # share of deferred copies from which on a provider asks for less
RISKY = 0.003  # share of complaints at which providers block
NEW = 2000  # copies of a first issue, above which a warm-up is advised
_STEPS = (200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
_MOST = 3  # providers that are named


def advice(figures: Sequence[ProviderFigures]) -> Iterator[tuple[str, str]]:
    """(what was seen, what to do) for each provider that deferred or refused us, the worst first."""
    asked = [one for one in figures if one.deferred >= FEW and one.deferred > MUCH * one.copies]
    for one in sorted(asked, key=lambda each: -each.deferred)[:_MOST]:
        half = max(1, one.hourly // 2)
        named = ", ".join(f'"{domain}"' for domain in one.domains[:4] if domain)
        setting = f"[[destinations]] domains = [{named}], rate = {half / 3600:.2g}"
        yield (
            f"{one.provider} deferred {one.deferred:,} of {one.copies:,} copies of the last issue, which"
            f" went there at {one.hourly:,} an hour",
            f"send it at most {half:,} an hour: {setting}",
        )
    for one in figures:
        if one.copies >= FEW and one.complaints > RISKY * one.copies:
            yield (
                f"{one.complaints:,} of {one.copies:,} readers at {one.provider} complained",
                "send there only to who opted in lately, and fewer a day, until fewer complain",
            )


def first_send(copies: int, *, ever_sent: bool, warm_up: Sequence[int]) -> str:
    """The warm-up of somebody who has never sent, for so many readers; empty where none is needed."""
    if ever_sent or warm_up or copies <= NEW:
        return ""
    steps = [step for step in _STEPS if step < copies]
    return ", ".join(map(str, steps))
