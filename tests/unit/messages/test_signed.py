"""Signed commands: the id is that of the body, and whoever signs, or signs again, makes no second command."""

from __future__ import annotations

import pytest

from dcep.ids import NetworkId
from dcep.messages import signed
from dcep.messages.layout import Malformed, SuiteUnsupported
from dcep.messages.policies import NOBODY
from tests.language import play
from tests.names import policy, signer

SCENE = play("open li T 10\nsign pay li bakery 5 guard=2of(a,b,c) sign=0,1 as=pay\nsign tick 2021-01-02 as=tick")
NETWORK = SCENE.network.id
PAY, TICK = SCENE.wires().values()
BODY = signed.decode(PAY, NETWORK).body_bytes
THREE = policy("2of(a,b,c)")[0]


def by(*names: str) -> bytes:
    """Return the payment, signed by these of the three."""
    return signed.attach(BODY, THREE, {"abc".index(name): signer(name).sign(BODY) for name in names})


@pytest.mark.parametrize("names", ["ab", "ac", "bc", "abc"])
def test_any_enough_of_the_signers_give_the_same_command(names: str) -> None:
    """A second set of signatures would else be a second payment."""
    command = signed.decode(by(*names), NETWORK)

    assert signed.signatures_hold(command)
    assert command.id == signed.decode(PAY, NETWORK).id == signed.command_id(BODY)


@pytest.mark.parametrize("names", ["", "a", "c"])
def test_too_few_signatures_do_not_hold(names: str) -> None:
    """Each of them is good, and they are not enough."""
    assert not signed.signatures_hold(signed.decode(by(*names), NETWORK))


def test_one_bad_signature_among_enough_good_ones_does_not_hold() -> None:
    """A bad one is never overlooked: two workers must judge the same bytes alike."""
    wire = signed.attach(BODY, THREE, {0: signer("a").sign(BODY), 1: signer("b").sign(BODY), 2: bytes(64)})

    assert not signed.signatures_hold(signed.decode(wire, NETWORK))


@pytest.mark.parametrize(
    "wire",
    [
        PAY[:-1],
        PAY + b"\0",
        b"dcmx" + PAY[4:],
        PAY[:4] + b"\x02" + PAY[5:],
        signed.attach(BODY, THREE, {3: bytes(64)}),
        by("a") + signer("b").sign(BODY),
        signed.attach(BODY, NOBODY, {}),
        TICK[:21] + b"\x01" + TICK[22:],
        PAY + bytes(signed.MAX_WIRE),
    ],
    ids=["cut", "longer", "tag", "version", "no such key", "uncounted", "nobody", "a tick with an account", "too long"],
)
def test_bytes_that_no_sender_writes_are_malformed(wire: bytes) -> None:
    """One command has one wire form but for its signatures."""
    with pytest.raises(Malformed):
        signed.decode(wire, NETWORK)


def test_signatures_stand_in_the_order_of_their_keys() -> None:
    """Else one set of signatures had many encodings."""
    head, first, second = by()[:-1], b"\0" + signer("a").sign(BODY), b"\1" + signer("b").sign(BODY)

    assert signed.decode(head + b"\2" + first + second, NETWORK).wire == by("a", "b")
    for wrong in (second + first, first + first):
        with pytest.raises(Malformed):
            signed.decode(head + b"\2" + wrong, NETWORK)


def test_a_command_of_another_network_is_told_apart() -> None:
    """It is good somewhere else, and its sender should hear so."""
    with pytest.raises(signed.WrongNetwork):
        signed.decode(PAY, NetworkId(bytes(16)))


def test_a_key_of_a_suite_that_is_not_built_is_told_apart() -> None:
    """The sender is ahead of this version, and not mistaken."""
    with pytest.raises(SuiteUnsupported):
        signed.decode(BODY + b"\x01\x02" + bytes(32) + b"\0", NETWORK)
