"""Somebody of the staff comes in with a page, and does what the counter does; nobody else does."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from dcep.crypto.suites import Signer, Suite
from dcep.staff.admissions import ADMITTED_MS
from dcep.staff.door import keyid_of
from tests.institutions import ONE, STAFF, TWO
from tests.unit.operators.routes.visits import ADDRESS, House, Visitor


class Screen:
    """A page of the staff's, with a key of its own."""

    def __init__(self, house: House, name: str, suite: Suite = Suite.P256) -> None:
        self.house, self.signer = house, Signer(name.encode().ljust(32, b"."), suite)

    @property
    def keyid(self) -> str:
        return keyid_of(self.signer.suite, self.signer.public)

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "", address: str = ADDRESS) -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        headers = self.house.seal(self.signer, self.keyid, method, path, content, address=address)
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": "application/json"} if content else {}
        return self.house.ask(method, path, headers=headers, content=content)

    def come_in(self, code: str) -> httpx.Response:
        return self.ask("POST", "/v1/staff/admissions", {"code": code})


def _invited(house: House, name: str = "Wang Fang") -> str:
    return str(house.at_the_counter("POST", "/v1/staff/invitations", {"name": name}).json()["code"])


@pytest.fixture
def wang(house: House) -> Screen:
    """Return the page of Wang Fang, who was let in."""
    screen = Screen(house, "wang")
    assert screen.come_in(_invited(house)).status_code == 200
    return screen


def _heard(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("suite", [Suite.P256, Suite.ED25519])
def test_an_invitation_works_once(house: House, suite: Suite) -> None:
    """The second key hears so; the first one is told the same again, if an answer was lost."""
    code = _invited(house)
    first, second = Screen(house, "first", suite), Screen(house, "second", suite)

    came, again, late = first.come_in(code), first.come_in(code), second.come_in(code)

    assert came.json() == {
        "name": "Wang Fang",
        "admitted_at_ms": house.town.now,
        "expires_at_ms": house.town.now + ADMITTED_MS,
    }
    assert again.json() == came.json()
    assert _heard(late) == (403, "invitation_used")
    assert first.ask("GET", "/v1/staff").json() == came.json()
    assert _heard(second.ask("GET", "/v1/sagas")) == (401, "admission_ended")


def test_an_invitation_that_has_expired_or_is_forged_is_refused(house: House) -> None:
    """The page says what to do: ask for another one."""
    screen, code = Screen(house, "wang"), _invited(house)
    forged = screen.come_in("0" * 32)
    no_code = screen.come_in("0" * 31)
    house.town.next_day()
    expired = screen.come_in(code)

    assert _heard(forged) == (403, "invitation_unknown")
    assert no_code.status_code == 400
    assert _heard(expired) == (403, "invitation_expired")
    assert expired.json()["next_step"] == "ask for another invitation"


def test_a_code_that_is_brought_with_a_signature_of_somebody_else_is_refused(house: House) -> None:
    """Without a signature, for another operator, or by another key than the one that it names."""
    screen, code, path = Screen(house, "wang"), _invited(house), "/v1/staff/admissions"
    body = json.dumps({"code": code}).encode()
    other = house.seal(Signer(b"o" * 32, Suite.P256), screen.keyid, "POST", path, body)

    unsigned = house.ask("POST", path, headers={"Content-Type": "application/json"}, content=body)
    elsewhere = screen.ask("POST", path, {"code": code}, address="http://other.invalid:8822")
    by_another = house.ask("POST", path, headers={**other, "Content-Type": "application/json"}, content=body)

    assert _heard(unsigned) == (401, "unsigned_request")
    assert _heard(elsewhere) == _heard(by_another) == (401, "bad_request_signature")
    assert screen.come_in(code).status_code == 200


def test_only_who_has_a_certificate_of_the_counter_invites(house: House, wang: Screen, li: Visitor) -> None:
    """Else one invitation would be all invitations, for ever."""
    path, body = "/v1/staff/invitations", {"name": "a friend"}

    by_others = [house.at_the_counter("POST", path, body, by=by) for by in (ONE, TWO, STAFF)]
    by_a_page, by_a_holder = wang.ask("POST", path, body), li.ask("POST", path, body)

    assert {_heard(each) for each in [*by_others, by_a_page]} == {(403, "not_allowed")}
    assert _heard(by_a_holder) == (401, "unknown_certificate")


def test_a_page_does_what_the_counter_does(house: House, wang: Screen, li: Visitor) -> None:
    """It looks customers up, and freezes on a basis; who has ordered that stands beside it."""
    customer = wang.ask("GET", f"/v1/customers/{li.keyid}").json()
    frozen = wang.ask("POST", li.mine("/freeze"), {"scope": "pay", "basis": "case 7"}, key="f")
    house.rest()

    assert customer["name"] == "Person 1"
    assert frozen.status_code == 202
    assert li.ask("GET", li.mine()).json()["frozen"] == "pay"
    assert wang.ask("GET", f"/v1/customers/{li.keyid}").json()["frozen"] == "pay"
    assert [each["asked_by"] for each in wang.ask("GET", "/v1/freezes").json()["items"]] == ["Wang Fang"]
    assert wang.ask("GET", f"/v1/orders/{frozen.json()['id']}").json()["state"] == "done"


def test_a_page_is_out_when_it_leaves_and_after_twelve_hours(house: House, wang: Screen) -> None:
    """A signature that it has made before counts no more."""
    tired = Screen(house, "tired")
    tired.come_in(_invited(house, "Zhao"))
    left = tired.ask("DELETE", "/v1/staff")
    after_leaving = tired.ask("GET", "/v1/sagas")
    house.town.next_day()
    next_day = wang.ask("GET", "/v1/sagas")

    assert left.status_code == 204
    assert _heard(after_leaving) == _heard(next_day) == (401, "admission_ended")


def test_a_request_of_a_page_counts_once(house: House, wang: Screen) -> None:
    """Whoever has listened learns nothing by sending it again."""
    headers = house.seal(wang.signer, wang.keyid, "GET", "/v1/sagas")

    once, twice = (house.ask("GET", "/v1/sagas", headers=headers) for _ in range(2))

    assert once.status_code == 200
    assert _heard(twice) == (401, "bad_request_signature")
    assert "nonce" in twice.json()["detail"]


def test_a_keyid_that_is_no_key_is_no_signature(house: House, wang: Screen) -> None:
    """Another suite, capitals, or a key of small order: one spelling, and keys that prove something."""
    keyids = [
        wang.keyid.upper(),
        wang.keyid.replace("staff/1", "staff/2"),
        "staff/3/" + "00" * 32,
        "staff/",
        "staff/3/",
    ]

    heard = [
        house.ask("GET", "/v1/sagas", headers=house.seal(wang.signer, keyid, "GET", "/v1/sagas")) for keyid in keyids
    ]

    assert {each.status_code for each in heard} == {401}
    assert {each.json()["code"] for each in heard[1:]} == {"bad_request_signature"}


def test_whoever_has_the_certificate_puts_everybody_out(house: House, wang: Screen) -> None:
    """A link that came into the wrong hands is worth nothing any more, used or not; a page puts nobody out."""
    unused, late = _invited(house), Screen(house, "late")
    by_a_page = wang.ask("DELETE", "/v1/staff/admissions")

    ended = house.at_the_counter("DELETE", "/v1/staff/admissions")

    assert _heard(by_a_page) == (403, "not_allowed")
    assert ended.status_code == 204
    assert _heard(wang.ask("GET", "/v1/sagas")) == (401, "admission_ended")
    assert _heard(late.come_in(unused)) == (403, "invitation_unknown")
