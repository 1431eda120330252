"""Histories for hypothesis to choose: lines of the language, so that one that breaks a law reads like a play."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st

from dcep.ids import TIER1, LedgerId
from dcep.ledger.engine.standing import EngineMaker
from tests.language import play
from tests.lines import read_line
from tests.network import Network
from tests.scene import Scene

OPENING: Final = """
rules T cap 300 single 100 daily 150 annual 400
rules U cap 100
open li T 200
open wang U 50
open 2:chen T 200
open zhou@1 T 200
open 2:wu@1 U 50
sign hold li wang 40 as=H
sign hold zhou@1 li 40 as=I
"""
_WALLETS: Final = ("li", "wang", "2:chen", "zhou@1", "2:wu@1")
_AMOUNTS: Final = st.sampled_from([0, 1, 40, 50, 51, 99, 100, 101, 300])
_LEDGERS: Final = ("0", "1", "tier1")
_PAIRS: Final = st.sampled_from([(one, other) for one in _LEDGERS for other in _LEDGERS if one != other])
_MOMENTS: Final = st.sampled_from(["2021-01-01/23:59:59.999", "2021-01-02", "2021-12-31", "2022-01-01"])

_payer = st.sampled_from(_WALLETS)
_receiver = st.sampled_from((*_WALLETS, "nobody", "nobody@1"))
# Mostly good; else a number that is used, skipped, far or too far, or a body that is over.
_envelope = st.sampled_from(
    [*[""] * 6, "number=1", "number=+2", "number=+64", "number=+65", "lane=3", "lane=4", "epoch=9", "life=0"]
)
# Mostly the first version, which most orders replace.
_version = st.sampled_from([1, 1, 1, 2, 2, 3])

payments: Final = st.one_of(
    st.builds("pay {} {} {} {}".format, _payer, _receiver, _AMOUNTS, _envelope),
    st.builds("refund {} {} {} {}".format, _payer, _receiver, _AMOUNTS, _envelope),
)
_held = st.sampled_from("HI")
conditions: Final = st.sampled_from(
    [
        *("after(0)", "any(li,wang,zhou@1)", "any(zhou@1,secret(bread))", "li", "wang", "zhou@1", "all(li,wang)"),
        *("2of(li,2:chen,key(phone))", "secret(bread)", "before(2021-01-02)"),
        *("all(any(wang,zhou@1,secret(bread)),after(2021-01-02))", "2of(zhou@1,2:chen,key(phone))"),
    ]
)
_taken = st.sampled_from([1, 10, 30, 40, 41, 99, 100, 0])
_ends = st.sampled_from(["2021-01-02", "2021-12-31", "2021-02-01", "2022-01-01", "2021-01-01"])
_proofs = st.sampled_from(
    [
        "",
        "",
        "cosigned=wang",
        "cosigned=li,key(phone)",
        "cosigned=2:chen,zhou@1",
        "secrets=bread",
        "cosigned=wang over=capture,7,0",
    ]
)
captures: Final = st.builds("capture {} {} {} {}".format, _payer, _held, _taken, _proofs)
releases: Final = st.builds("release {} {} {}".format, _payer, _held, _proofs)
holds: Final = st.one_of(
    st.builds(
        "hold {} {} {} until={} capture_if={} release_if={} as={} {}".format,
        *(_payer, _receiver, _AMOUNTS, _ends, conditions, conditions, _held, _envelope),
    ),
    captures,
    releases,
    st.builds("{} {}".format, captures | releases, _envelope),
)
others: Final = st.one_of(
    st.builds("redeem {} {} {}".format, _payer, _AMOUNTS, _envelope),
    st.builds("exchange {} {}".format, _receiver, _AMOUNTS),
    st.builds("cancel {} {}".format, _payer, _envelope),
    st.builds("close {} {}".format, _payer, st.sampled_from(["", "by=registrar", "by=2:registrar"])),
    st.builds("open {} {}".format, _receiver, st.sampled_from(["T", "U", "77"])),
    st.builds("set_class {} {} replaces={}".format, _payer, st.sampled_from(["T", "U"]), _version),
    st.builds(
        "freeze {} {} replaces={} {}".format,
        _payer,
        st.sampled_from(["pay", "receive", "both", "0"]),
        _version,
        st.sampled_from(["", "", "by=supervision"]),
    ),
    st.builds("unfreeze {} replaces={} {}".format, _payer, _version, st.sampled_from(["", "", "by=supervision"])),
    st.builds("set_policy {} {} replaces={}".format, _payer, st.sampled_from(["phone", "2of(a,b)"]), _version),
    st.builds("return {} {}".format, st.sampled_from(["vault", "2:vault", "vault@1"]), _AMOUNTS),
)
of_the_central_bank: Final = st.one_of(
    st.builds("issue {} {} {}".format, st.sampled_from([1, 2, 9]), _AMOUNTS, st.sampled_from("KLM")),
    st.builds(
        "allocate {} {} {} {}".format,
        st.sampled_from([0, 1]),
        st.sampled_from([1, 2]),
        _AMOUNTS,
        st.sampled_from("KLM"),
    ),
    st.builds("withdraw {} {}".format, st.sampled_from([1, 2]), _AMOUNTS),
    st.builds("rules T cap {} daily {} replaces={}".format, _AMOUNTS, _AMOUNTS, _version),
    st.builds(
        "set_operator {} {} replaces={} status={}".format,
        st.sampled_from([1, 3]),
        st.sampled_from([0, 1]),
        st.integers(0, 2),
        st.sampled_from(["admitted", "suspended"]),
    ),
)
orders: Final = st.one_of(payments, payments, payments, holds, others, of_the_central_bank)
carriage: Final = st.one_of(
    st.just("carry"),
    st.builds(lambda pair: "credit {} {}".format(*pair), _PAIRS),
    st.builds(lambda pair, back: f"ack {pair[0]} {pair[1]} back={back}", _PAIRS, st.integers(0, 3)),
)
weather: Final = st.one_of(
    st.builds("copy {} back={}".format, st.sampled_from(_LEDGERS), st.integers(0, 3)),
    st.builds("pay li wang 1 ahead={}".format, st.sampled_from([60_000, 60_001])),
    st.builds("cancel wang {}".format, _MOMENTS),
)
# What chance alone seldom brings together.
stories: Final = st.sampled_from(
    [
        ["pay wang nobody@1 50", "close wang", "carry"],
        ["pay li zhou@1 40", "credit 0 1", "ack 1 0"],
        ["pay zhou@1 li 100", "pay zhou@1 li 50", "freeze li receive", "credit 1 0", "copy 0", "credit 1 0"],
        ["redeem wang 50", "close wang", "pay zhou@1 wang 1", "carry"],
        ["issue 1 100 K", "allocate 0 1 100 K", "allocate 0 1 100 K", "carry"],
        [
            "issue 2 40 L",
            "allocate 1 2 40 L",
            "credit tier1 1",
            "copy 1",
            "return 2:vault@1 40",
            "carry",
            "withdraw 2 40",
        ],
        ["hold li zhou@1 100 as=H capture_if=after(0)", "capture 2:chen H 40", "carry", "release li H", "close li"],
        [
            "hold li nobody@1 50 as=H capture_if=li",
            "capture li H 50",
            "freeze li both",
            "carry",
            "unfreeze li replaces=2",
        ],
        ["hold li wang 40 as=H until=2021-01-02", "capture wang H 1", "cancel li 2021-01-02", "release 2:chen H"],
        ["pay 2:chen nobody 100", "pay 2:chen nobody@1 100", "credit 0 1", "pay li wang 1 2021-12-31", "credit 1 0"],
    ]
)
_lines = st.one_of(orders, orders, carriage, weather).map(lambda line: [line])
histories: Final = st.lists(st.one_of(_lines, stories), min_size=10, max_size=30).map(
    lambda parts: [line for part in parts for line in part]
)
# Each example is a network and some forty lines.
quick: Final = settings(max_examples=40)


def opened(engine: EngineMaker) -> Scene:
    """Return a network with a few wallets."""
    return play(OPENING, engine)


def happen(scene: Scene, text: str) -> str:
    """Let a line happen and return its answer, whatever it is; a message that nobody sent cannot be brought."""
    line = read_line(text)
    assert line is not None
    if line.word == "credit":
        source, destination = (TIER1 if name == "tier1" else LedgerId(int(name)) for name in line.args)
        if (source, destination, scene.network.received(source, destination) + 1) not in scene.network.sent:
            return "nothing"
    return scene.say(line)


def lived(engine: EngineMaker, history: Sequence[str]) -> Network:
    """Return the network after a history."""
    scene = opened(engine)
    for text in history:
        happen(scene, text)
    return scene.network
