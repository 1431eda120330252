"""Where a message may go: an address that a stranger has named, and that must not lead to anything inside.

1. An address is `https://HOST[:PORT]/…`, without a name and password in it; plain `http` only where addresses inside
   are allowed, for a merchant on the same machine.
2. A host is looked up once for each message. If one of its addresses is not on the public internet nothing is sent: not
   to the loopback, to private and link-local networks, nor to such an address in another's clothes (IPv4 in IPv6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from dcep.errors import BadInput

MAX_URL: Final = 2_048
_SPEAKABLE: Final = re.compile(r"[!-~]+")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:.]{2,45}")
_PORTS: Final = {"https": 443, "http": 80}
# RFC 6052: an IPv4 address in its last four bytes, reached through a translator.
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
# RFC 4291: the public internet is in here; and IANA's registries of special purposes, of which libraries know not all.
_UNICAST: Final = IPv6Network("2000::/3")
_SPECIAL: Final = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
_SPECIAL_OF_6: Final = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address taken apart; `path` has its query."""

    url: str
    is_secret: bool
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """The host as a request names it, with the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _PORTS["https" if self.is_secret else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def read_target(url: str, *, may_be_inside: bool) -> Target:
    """Take an address apart.

    Raises:
        BadInput: `bad_webhook_url`.
    """
    # 1.
    if len(url) > MAX_URL or not _SPEAKABLE.fullmatch(url):
        raise _bad("an address is at most 2,048 printable characters of ASCII")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _bad("this is no address") from error
    if parts.scheme != "https" and not (may_be_inside and parts.scheme == "http"):
        raise _bad("an address begins with https://")
    if parts.username is not None or parts.fragment or not _HOST.fullmatch(host) or port == 0:
        raise _bad("an address has a host, and neither a password nor a fragment")
    if not may_be_inside and is_address(host) and not is_outside(host):
        raise _bad("the address is not on the public internet")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url=url, is_secret=parts.scheme == "https", host=host, port=port or _PORTS[parts.scheme], path=path)


def is_address(host: str) -> bool:
    """Return whether a host is an address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_outside(address: str) -> bool:
    """2. Return whether an address of IPv4 or IPv6 is one of the public internet."""
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv4Address):
        return _is_public(found) and not any(found in network for network in _SPECIAL)
    within = IPv4Address(found.packed[-4:]) if found in _TRANSLATED else found.ipv4_mapped
    if within is not None:
        return is_outside(str(within))
    return found in _UNICAST and _is_public(found) and not any(found in network for network in _SPECIAL_OF_6)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _bad(message: str) -> BadInput:
    return BadInput("bad_webhook_url", message)
