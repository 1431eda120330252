"""Post one message to a server that nobody here knows: bounded in time and bytes, to the address that was looked at.

1. The host is looked up once, and every address found is looked at; what is connected to is one of these very ones.
2. All of it, from the connection to the answer's first line, has to be done before the time is up, however slowly the
   server drips. The answer's status is all that is read of it.
3. No redirect is followed: 3xx is an answer like any other that is not 2xx.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Final

from dcep.operators.webhooks.targets import Target, is_outside

TIMEOUT_S: Final = 10.0
_MAX_LINE: Final = 1_024
_PIECE: Final = 256
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\n")
_OK: Final = range(200, 300)

Resolve = Callable[[str, int], Sequence[str]]
"""Return the addresses of a host; OSError where it has none."""


def look_up(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class Poster:
    """Posts messages.

    Args:
        may_be_inside: whether addresses that are not on the public internet are allowed.
        timeout_s: within which an attempt is over.
        trust: who vouches for servers; None for those of the system.
        resolve: looks up a host.
    """

    def __init__(
        self,
        *,
        may_be_inside: bool,
        timeout_s: float = TIMEOUT_S,
        trust: ssl.SSLContext | None = None,
        resolve: Resolve = look_up,
    ) -> None:
        self._may_be_inside, self._timeout_s, self._resolve = may_be_inside, timeout_s, resolve
        self._trust = trust or ssl.create_default_context()

    def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> str:
        """Post a message, and return why it was not taken: empty if it was."""
        end = time.monotonic() + self._timeout_s
        # 1.
        try:
            addresses = self._resolve(target.host, target.port)
        except OSError:
            return "unknown_host"
        if not self._may_be_inside and not all(map(is_outside, addresses)):
            return "refused_address"
        # 2.
        try:
            with closing(self._connect(target, addresses[0], end)) as connection:
                connection.sendall(_request(target, headers, body))
                return _status(connection, end)
        except TimeoutError:
            return "too_slow"
        except ssl.SSLCertVerificationError:
            return "bad_certificate"
        except OSError:
            return "no_connection"

    def _connect(self, target: Target, address: str, end: float) -> socket.socket:
        connection = socket.create_connection((address, target.port), timeout=_left(end))
        if not target.is_secret:
            return connection
        try:
            connection.settimeout(_left(end))
            return self._trust.wrap_socket(connection, server_hostname=target.host)
        except BaseException:
            connection.close()
            raise


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    said = {
        "Host": target.name,
        "User-Agent": "dcep",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _status(connection: socket.socket, end: float) -> str:
    """Read the answer's first line."""
    line = b""
    while b"\n" not in line and len(line) < _MAX_LINE:
        connection.settimeout(_left(end))
        piece = connection.recv(_PIECE)
        if not piece:
            break
        line += piece
    found = _STATUS.match(line)
    if found is None:
        return "bad_answer"
    # 3.
    return "" if int(found[1]) in _OK else f"status_{int(found[1])}"


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
