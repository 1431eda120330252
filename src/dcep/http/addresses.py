"""Whether an address is free to be listened at."""

from __future__ import annotations

import socket

from dcep.errors import Unavailable


def require_free(host: str, port: int) -> None:
    """Return only if somebody can listen there: the server itself would not say why it cannot.

    Raises:
        Unavailable: `address_in_use`, or the address is none of this machine.
    """
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        message = f"{host}:{port}: {error.strerror}"
        raise Unavailable("address_in_use", message, retry_after_ms=1_000, next_step="choose another port") from error
