"""How somebody is invited, comes in, and leaves: the same routes at every institution that has pages for its staff."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, delete, get, post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from dcep.errors import BadInput, DcepError, Unavailable
from dcep.http.askers import Asker, Askers, asked_of
from dcep.http.bodies import Strict
from dcep.http.problems import Problem
from dcep.staff.admissions import Admission
from dcep.staff.door import StaffDoor

_STAFF: Final[dict[str, Any]] = {"security": [{"institution": []}], "sync_to_thread": True}
_CREATED: Final = 201
_OK: Final = 200
_FORBIDDEN: Final = 403
_Visit = Request[Any, Any, Any]
_Code = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class NewInvitation(Strict, frozen=True):
    """Whom an invitation is for, as it will stand beside what he orders."""

    name: str


class InvitationBody(Strict, frozen=True):
    """An invitation: whoever has the code may come in once, until it expires."""

    code: str
    name: str
    expires_at_ms: int


class NewAdmission(Strict, frozen=True):
    """An invitation's code, brought by the key that signs the request."""

    code: _Code


class AdmissionBody(Strict, frozen=True):
    """Who is admitted, and until when."""

    name: str
    admitted_at_ms: int
    expires_at_ms: int


def staff_routes(door: StaffDoor, askers: Askers) -> list[ControllerRouterHandler]:
    """Return how an institution's staff are let in.

    Args:
        askers: who may ask the institution, its staff's pages among them.
    """
    admissions = door.admissions

    @post("/v1/staff/invitations", summary="Invite somebody of the staff", status_code=_CREATED, **_STAFF)
    def invite(request: _Visit, data: JSONBody[NewInvitation]) -> InvitationBody:
        askers.require_certificate(request, door.part, door.operator)
        made = admissions.invite(data.name, now=door.clock())
        return InvitationBody(code=made.code, name=made.name, expires_at_ms=made.expires_at)

    @post("/v1/staff/admissions", summary="Come in on an invitation", status_code=_OK)
    async def come_in(request: _Visit, data: JSONBody[NewAdmission]) -> AdmissionBody:
        with _problems():
            keyid = await asyncio.to_thread(door.newcomer, asked_of(request.scope))
            return _admission(await asyncio.to_thread(admissions.admit, data.code, keyid, now=door.clock()))

    @delete("/v1/staff/admissions", summary="Put everybody out", **_STAFF)
    def end_all(request: _Visit) -> None:
        askers.require_certificate(request, door.part, door.operator)
        admissions.end_all()

    @get("/v1/staff", summary="Who of the staff is here", **_STAFF)
    def here(request: _Visit) -> AdmissionBody:
        return _admission(admissions.require(_page(askers, request).staff_key, now=door.clock()))

    @delete("/v1/staff", summary="Leave", **_STAFF)
    def leave(request: _Visit) -> None:
        admissions.leave(_page(askers, request).staff_key)

    return [invite, come_in, end_all, here, leave]


def _page(askers: Askers, request: _Visit) -> Asker:
    asker = askers.require(request)
    if not asker.staff_key:
        raise Problem(_FORBIDDEN, "not_allowed", "this is for whoever was let in by an invitation")
    return asker


@contextmanager
def _problems() -> Iterator[None]:
    """Let a signature that does not count leave as 401, and an invitation that opens nothing as 403."""
    try:
        yield
    except (Unavailable, Problem):
        raise
    except DcepError as error:
        status = 401 if isinstance(error, BadInput) else _FORBIDDEN
        raise Problem(status, error.code, error.message, next_step=error.next_step) from error


def _admission(known: Admission) -> AdmissionBody:
    return AdmissionBody(name=known.name, admitted_at_ms=known.admitted_at, expires_at_ms=known.expires_at)
