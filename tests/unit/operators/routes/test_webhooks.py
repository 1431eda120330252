"""A merchant says where his server is to be told, sees how far it was, and takes it back; nobody else does."""

from __future__ import annotations

import pytest

from dcep.messages.merchants.webhooks import read_public_key
from tests.unit.operators.routes.visits import House, Visitor

_URL = "https://bakery.example/dcep"


def test_a_webhook_is_named_seen_and_taken_back(house: House, bakery: Visitor) -> None:
    """The key is what the merchant's server checks messages by."""
    named = bakery.ask("PUT", bakery.mine("/webhook"), {"url": _URL})
    seen = bakery.ask("GET", bakery.mine("/webhook"))
    gone = bakery.ask("DELETE", bakery.mine("/webhook"))
    after = bakery.ask("GET", bakery.mine("/webhook"))

    told = named.json()
    assert named.status_code == 200
    assert len(read_public_key(told.pop("key"))) == 32
    # Nothing of what was before is told.
    assert told.pop("told") == house.bank.history.newest() > 0
    assert told == {
        "url": _URL,
        "state": "active",
        "attempts": 0,
        "failing_since_ms": None,
        "last_failure": "",
    }
    assert seen.json() == named.json()
    assert (gone.status_code, gone.content) == (204, b"")
    assert (after.status_code, after.json()["code"]) == (404, "no_webhook")


@pytest.mark.parametrize("url", ["http://bakery.example/", "https://127.0.0.1/", "https://[::1]/", "bakery.example"])
def test_an_address_inside_or_without_secrecy_is_refused(bakery: Visitor, url: str) -> None:
    """The bank's own network is not for its customers to reach."""
    answer = bakery.ask("PUT", bakery.mine("/webhook"), {"url": url})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_webhook_url")
    assert bakery.ask("GET", bakery.mine("/webhook")).status_code == 404


def test_nobody_names_a_webhook_for_another(house: House, li: Visitor, bakery: Visitor) -> None:
    """He would be told of a stranger's money."""
    assert li.ask("PUT", bakery.mine("/webhook"), {"url": _URL}).status_code == 404
    assert house.ask("PUT", bakery.mine("/webhook")).status_code == 401


def test_an_operator_without_a_key_for_messages_says_so(house: House, bakery: Visitor) -> None:
    """Better than a webhook of which nothing ever comes."""
    house.dispatch = None
    house.open_again()

    answer = bakery.ask("PUT", bakery.mine("/webhook"), {"url": _URL})

    assert (answer.status_code, answer.json()["code"]) == (409, "no_webhooks")
