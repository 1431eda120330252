"""What the framework says no to before a handler runs, and what a handler raises: both leave as problems."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.types import ExceptionHandlersMap

from dcep.http.problems import MEDIA_TYPE, document, encoded, problem_of

_CODES: Final = {
    HTTPStatus.NOT_FOUND: "no_such_route",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
}


def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a request with the problem that an error becomes."""
    request_id = request.scope.get("state", {}).get("request_id", "")
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        told, headers = _refused_by_framework(error, request_id)
    else:
        told, headers = problem_of(error, request_id)
    return Response(encoded(told), status_code=told["status"], headers=headers, media_type=MEDIA_TYPE)


HANDLERS: Final[ExceptionHandlersMap] = {Exception: handle, HTTPException: handle}


def _refused_by_framework(error: HTTPException, request_id: str) -> tuple[dict[str, Any], dict[str, str]]:
    if isinstance(error, ValidationException | SerializationException):
        code, detail = _unreadable(error)
        return document(400, code, detail, request_id=request_id), {}
    status = HTTPStatus(error.status_code)
    headers = {key: value for key, value in (error.headers or {}).items() if key.lower() == "allow"}
    code = _CODES.get(status, "malformed_body" if status == HTTPStatus.BAD_REQUEST else status.name.lower())
    return document(status, code, status.phrase.lower(), request_id=request_id), headers


def _unreadable(error: HTTPException) -> tuple[str, str]:
    """Return code and detail of a body or parameter that the framework could not read."""
    said = [str(part.get("message", "")) for part in (error.extra or []) if isinstance(part, Mapping)]
    detail = "; ".join(filter(None, said)) or "the request cannot be read"
    return ("unknown_field" if "unknown field" in detail else "malformed_body"), detail
