"""What ends soon: the certificates that somebody must replace, before requests are refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dcep.clock import DAY_MS, UnixMs
from dcep.identity.certificates import Institution


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A certificate that ends, or has ended.

    Args:
        days_left: whole days; negative when it has ended.
        successor: keyid of another certificate of the same institution that takes over and lasts beyond the days; empty
            if there is none, and somebody must act.
    """

    institution: Institution
    days_left: int
    successor: str = ""


def forecast(institutions: Iterable[Institution], *, now: UnixMs, within_days: int) -> tuple[Ending, ...]:
    """Return the certificates that end within so many days, or have ended, by their end.

    Args:
        institutions: every certificate that stands, such as `TrustStore.institutions`.
    """
    standing = tuple(institutions)
    endings = _ending(standing, now, within_days)
    return tuple(sorted(endings, key=lambda ending: (ending.institution.ends_at, ending.institution.keyid)))


def _ending(standing: tuple[Institution, ...], now: UnixMs, within_days: int) -> Iterator[Ending]:
    horizon = now + within_days * DAY_MS
    for each in standing:
        if each.ends_at <= horizon:
            longer = [other for other in standing if other.subject == each.subject and other.ends_at > horizon]
            # Whoever begins after the end leaves a gap.
            later = [other for other in longer if other.starts_at <= each.ends_at]
            longest = max(later, key=lambda other: (other.ends_at, other.keyid), default=None)
            successor = "" if longest is None else longest.keyid
            yield Ending(institution=each, days_left=(each.ends_at - now) // DAY_MS, successor=successor)
