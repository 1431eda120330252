"""Problems: an error leaves a service as RFC 9457 `application/problem+json`, with a stable code and nothing inside."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from dcep.errors import BadInput, Damaged, DcepError, Unavailable

MEDIA_TYPE: Final = "application/problem+json"
_TYPE: Final = "https://dcep.invalid/errors/"
_LOG: Final = logging.getLogger("dcep.http")


class Problem(DcepError):
    """An answer of a service that is no success, with its status; a service raises it where no family fits.

    Args:
        status: of HTTP, 4xx.
        code: stable, `snake_case`.
        message: what is wrong, for people.
        headers: that the answer carries besides.
    """

    def __init__(
        self, status: int, code: str, message: str, *, next_step: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code, message, next_step=next_step)
        self.status, self.headers = status, dict(headers or {})


def document(status: int, code: str, detail: str, *, next_step: str = "", request_id: str = "") -> dict[str, Any]:
    """Return the members of a problem; a service may add its own."""
    return {
        "type": _TYPE + code,
        "title": code,
        "status": status,
        "code": code,
        "detail": detail,
        "next_step": next_step,
        "request_id": request_id,
    }


def problem_of(error: Exception, request_id: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the problem that an error becomes, and the headers that go with it.

    What nobody foresaw is `internal`, and only the service's own log tells the rest, under the same request id.
    """
    match error:
        case Problem():
            status, headers = error.status, error.headers
        case Unavailable():
            status = HTTPStatus.SERVICE_UNAVAILABLE
            headers = {"Retry-After": str(-(-error.retry_after_ms // 1_000))}
        case BadInput():
            status, headers = HTTPStatus.BAD_REQUEST, {}
        case DcepError() if not isinstance(error, Damaged):
            status, headers = HTTPStatus.CONFLICT, {}
        case _:
            _LOG.error("unforeseen, request %s", request_id, exc_info=error)
            return document(500, "internal", "an unforeseen fault of the service", request_id=request_id), {}
    told = document(status, error.code, error.message, next_step=error.next_step, request_id=request_id)
    if isinstance(error, Unavailable):
        told["retry_after_ms"] = error.retry_after_ms
        # The service's files and addresses are nobody's business outside.
        told["detail"] = "it cannot be done now; send the very same again"
        _LOG.warning("unavailable, request %s: %s", request_id, error)
    return told, headers


def encoded(told: Mapping[str, Any]) -> bytes:
    """Return a problem's bytes."""
    return msgspec.json.encode(told)
