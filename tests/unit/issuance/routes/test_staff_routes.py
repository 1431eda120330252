"""Somebody of the central bank's staff comes in with a page: it reads what staff may read, and orders nothing."""

from __future__ import annotations

import json
from itertools import count
from typing import Any, Final

import httpx
import pytest

from dcep.crypto.suites import Signer, Suite
from dcep.messages.http_signatures import Request, sign_request
from dcep.staff.door import keyid_of
from tests.institutions import COUNTER, ONE
from tests.unit.issuance.house import URL, House

_ORDER: Final = {"kind": "issue", "operator": 1, "amount_fen": 900}


class Screen:
    """A page of the staff's, with a key of its own."""

    def __init__(self, house: House) -> None:
        self.house, self.signer, self._nonces = house, Signer(b"w" * 32, Suite.P256), count(1)

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "") -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method=method, target=URL + path, body=content)
        nonce, keyid = f"nonce-of-a-page-{next(self._nonces)}", keyid_of(self.signer.suite, self.signer.public)
        headers = sign_request(request, self.signer, keyid=keyid, nonce=nonce, now=self.house.bank.realm.now)
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": "application/json"} if content else {}
        return self.house.send_as_it_is(method, path, headers=headers, content=content)

    def come_in(self) -> httpx.Response:
        code = self.house.post("/v1/staff/invitations", {"name": "Wang Fang"}).json()["code"]
        return self.ask("POST", "/v1/staff/admissions", {"code": code})


@pytest.fixture
def wang(house: House) -> Screen:
    """Return the page of Wang Fang, who was let in."""
    screen = Screen(house)
    assert screen.come_in().status_code == 200
    return screen


def test_a_page_reads_what_staff_may_read(wang: Screen) -> None:
    """The figures of each operator, the orders, the reserves."""
    paths = ["/v1/supply/operators", "/v1/orders", "/v1/reserves", "/v1/staff"]

    assert [wang.ask("GET", path).status_code for path in paths] == [200] * 4


def test_a_page_orders_nothing_and_invites_nobody(house: House, wang: Screen) -> None:
    """What moves money is asked for with a certificate; the same request with one is taken."""
    ordered = wang.ask("POST", "/v1/orders", _ORDER, key="by-a-page")
    invited = wang.ask("POST", "/v1/staff/invitations", {"name": "a friend"})
    with_a_certificate = house.post("/v1/orders", _ORDER, key="by-staff")

    assert {(each.status_code, each.json()["code"]) for each in (ordered, invited)} == {(403, "not_allowed")}
    assert with_a_certificate.status_code == 202
    assert not house.bank.store.knows("by-a-page")


def test_nobody_but_the_central_banks_staff_invites(house: House) -> None:
    """An operator's counter would else see the figures of its competitors."""
    body = {"name": "Wang"}

    heard = [house.post("/v1/staff/invitations", body, by=by) for by in (ONE, COUNTER, None)]

    assert [each.status_code for each in heard] == [403, 403, 401]


def test_whoever_left_reads_nothing(wang: Screen) -> None:
    """The figures of operators stay those of the staff."""
    left = wang.ask("DELETE", "/v1/staff")

    after = wang.ask("GET", "/v1/supply/operators")

    assert (left.status_code, after.status_code, after.json()["code"]) == (204, 401, "admission_ended")
