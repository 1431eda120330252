"""What may be ordered, well meant and hostile, for hypothesis to choose from.

Most of what is chosen is nearly right, so that every rule answers, and not only the first: numbers count from the
highest that was used, and a version of 0 stands for the one in force.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from hypothesis import strategies as st

from dcep.clock import DAY_MS, Day, UnixMs, day_of
from dcep.ids import TIER1, CommandId, LedgerId, OperatorId, PolicyHash
from dcep.messages.commands.channel import Resend
from dcep.messages.commands.conditions import (
    NO_EVIDENCE,
    After,
    AtLeast,
    Before,
    Condition,
    Preimage,
    SignedByAccount,
    SignedByPolicy,
)
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import ClassLimits, Rules, SetBoard, SetOperator, Workers
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.commands.issuance import Allocate, Withdraw
from dcep.messages.commands.payments import Cancel, Pay, Refund
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.commands.vaults import Exchange, Redeem, Return
from dcep.messages.commands.wallets import Close, Open, SetClass
from dcep.messages.crossings import OfficersOrder, Payment, Returned, ReturnToIssuer
from dcep.messages.genesis import CENTRAL_BANK
from dcep.messages.layout import Blob, Code, Epoch, Hash, LockId, Name, Seq, Version
from dcep.messages.policies import NOBODY, Policy, Threshold, policy_hash
from dcep.money import MAX_FEN, Fen
from tests.conditions import secret
from tests.names import BOARD, HOUR, NONE, UNLIMITED, WEAK_KEY, full_name, hashed, key, policy, seat, single_key, wallet
from tests.network import START

SHARDS: Final = 2
# On each shard: `li` is of class I, the others of class IV; nobody has opened `zhou` yet.
NAMES: Final = ("li", "wang", "2:li", "zhou")
WALLETS: Final = tuple(name + shard for name in NAMES for shard in ("", "@1"))
ROLES: Final = ("registrar", "2:registrar", "vault", "2:vault", "supervision")
INSTITUTIONS: Final = (*(name + shard for name in ROLES for shard in ("", "@1")), "issuer")
POLICIES: Final = (
    *("phone", "card_p256", "2of(li,phone,card_p256)", BOARD, "2of4at2(o1/1,o2/2,o3/1,o6/2)"),
    *("1of2at1(o1/1,o2/1)", "1of2at2(o1/1,o2/2)", "2of2at1(o1/1,o2_p256/1)"),
)
BAD_POLICIES: Final[tuple[Policy, ...]] = (
    NOBODY,
    single_key("weak"),
    single_key("weak_p256"),
    Threshold(needed=1, of=(single_key("li"),) * 2),
    Threshold(needed=1, of=(single_key("li_p256"),) * 2),
)
SECRETS: Final = ("bread", "salt")
LIMITED: Final = ClassLimits(cap=Fen(2_000), single=Fen(500), daily=Fen(1_000), annual=Fen(1_200))
SMALL: Final = (0, 1, 5, 100, 300, 499, 500, 501, 700, 1_001, 1_900)
LARGE: Final = (2**63 - 1, 2**63, MAX_FEN - 1, MAX_FEN)
MOMENTS: Final = (0, 1, HOUR, 2**40, 2**63, 2**64 - 1)
SOON: Final = tuple(START + days * DAY_MS for days in (0, 1, 2, 31, 32, 365))


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An order and how it is given.

    The number counts from the highest used, the life from now, the epoch from the one in force; `keys` names another
    policy than the account's, if any. `cosigned` are the policies that sign what a capture or a release does, `secrets`
    the names of what it shows; the hold of these is the one in this place, counted from the newest.
    """

    account: str
    order: Any
    number: int = 1
    lane: int = 0
    life: int = HOUR
    epoch: int = 0
    keys: str = ""
    cosigned: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


def named(*names: str) -> st.SearchStrategy[Any]:
    """Return the numbers of accounts."""
    return st.sampled_from([wallet(name, SHARDS) for name in names])


customers: Final = named(*WALLETS)
anybody: Final = named(*WALLETS, *INSTITUTIONS, "0", str(2**64 - 1), "1000000000005")
operators: Final = st.sampled_from([OperatorId(number) for number in (1, 2, 3, CENTRAL_BANK, 0xFFFF)])
shards: Final = st.sampled_from([LedgerId(0), LedgerId(1)])
ledgers: Final = st.sampled_from([LedgerId(0), LedgerId(1), LedgerId(2), TIER1])
amounts: Final = st.sampled_from([Fen(amount) for amount in (*SMALL * 3, *LARGE)])
versions: Final = st.sampled_from([Version(0), Version(0), Version(0), Version(1), Version(2), Version(2**32 - 1)])
epochs: Final = st.sampled_from([Epoch(0), Epoch(0), Epoch(1), Epoch(2)])
classes: Final = st.sampled_from([Code(number) for number in (1, 1, 4, 5, 0, 6, 17, 255)])
good_policies: Final = st.sampled_from([policy(text)[0] for text in POLICIES])
policies: Final = good_policies | st.sampled_from(BAD_POLICIES)
hashes: Final = st.sampled_from([Hash(bytes(32)), hashed("one"), hashed("other")])
moments: Final = st.sampled_from([UnixMs(moment) for moment in MOMENTS])
worker_keys: Final = st.sampled_from([key("worker@0"), key("worker@1"), key("worker@tier1"), key("other"), WEAK_KEY])
days: Final = st.sampled_from([day_of(UnixMs(moment)) for moment in SOON]) | st.integers(0, 2**32 - 1).map(Day)

# Commands that carry no account and prove nothing.
unsigned_orders: Final = st.one_of(
    st.builds(Checkpoint, seq=st.just(Seq(1)), head=hashes, root=hashes),
    st.builds(Resend, shard=ledgers, order=st.binary(max_size=40).map(Blob)),
)
# What may be wrong with how an order is given: mostly nothing.
faults: Final[st.SearchStrategy[dict[str, Any]]] = st.just({}) | st.one_of(
    *[st.just({})] * 4,
    st.fixed_dictionaries({"number": st.sampled_from([2, 0, -1, -62, -63, -64, -65, 62, 63, 64, 65])}),
    st.fixed_dictionaries({"number": st.sampled_from([62, 63, 64, 65]), "lane": st.sampled_from([1, 3])}),
    st.fixed_dictionaries({"lane": st.sampled_from([1, 3, 4, 4_095, 4_096, 0xFFFF])}),
    st.fixed_dictionaries({"life": st.sampled_from([24 * HOUR, 24 * HOUR + 1, 1, 0, -1, 2**50])}),
    st.fixed_dictionaries({"epoch": st.sampled_from([1, -1]), "keys": st.sampled_from(["", *POLICIES])}),
)


# When held money may move, by what is mostly brought; perhaps by what nobody brings.
conditions: Final[st.SearchStrategy[Condition]] = st.recursive(
    st.one_of(
        st.builds(SignedByAccount, account=customers),
        st.builds(SignedByAccount, account=anybody),
        st.builds(SignedByPolicy, policy=good_policies.map(policy_hash) | hashes.map(PolicyHash)),
        st.builds(Before, time=st.sampled_from([UnixMs(moment) for moment in SOON]) | moments),
        st.builds(After, time=st.sampled_from([UnixMs(moment) for moment in SOON]) | moments),
        st.builds(Preimage, hash=st.sampled_from([Hash(sha256(secret(name)).digest()) for name in SECRETS])),
    ),
    lambda part: st.lists(part, min_size=1, max_size=3).flatmap(
        lambda parts: st.builds(AtLeast, needed=st.integers(1, len(parts)), of=st.just(tuple(parts)))
    ),
    max_leaves=4,
)
# The place of a hold, counted from the newest, stands where its id belongs until it is known.
hold_places: Final = st.sampled_from([CommandId(bytes(31) + bytes((place,))) for place in (0, 0, 0, 1, 1, 2, 3, 200)])
captures: Final = st.builds(
    Capture,
    hold=hold_places,
    amount=st.sampled_from([Fen(n) for n in (1, 5, 50, 100, 0)]) | amounts,
    evidence=st.just(NO_EVIDENCE),
)
releases: Final = st.builds(Release, hold=hold_places, evidence=st.just(NO_EVIDENCE))


def ended_by(accounts: tuple[str, ...]) -> st.SearchStrategy[Given]:
    """Return captures and releases as one of these accounts gives them, with what it brings."""
    return st.builds(
        lambda name, order, fault, cosigned, secrets: Given(
            account=name, order=order, cosigned=tuple(cosigned), secrets=tuple(secrets), **fault
        ),
        st.sampled_from(accounts),
        captures | captures | releases,
        faults,
        st.lists(st.sampled_from([*NAMES, *POLICIES]), max_size=2),
        st.lists(st.sampled_from(SECRETS), max_size=2),
    )


def given_by(accounts: tuple[str, ...], orders: st.SearchStrategy[Any]) -> st.SearchStrategy[Given]:
    """Return orders as one of these accounts gives them."""
    names = st.sampled_from(accounts)
    return st.builds(lambda name, order, fault: Given(account=name, order=order, **fault), names, orders, faults)


@functools.cache
def givens_on(shard: LedgerId) -> st.SearchStrategy[list[Given]]:
    """Return a frame of orders as the accounts of a shard give them, mostly about each other."""
    own = named(*(full_name(f"{name}@{shard}") for name in NAMES))
    wallets = st.one_of(own, own, own, customers)
    payments = st.one_of(
        *[st.builds(Pay, receiver=wallets, amount=amounts)] * 4,
        st.builds(Pay, receiver=anybody, amount=amounts),
        st.builds(Refund, receiver=wallets, amount=amounts, original=hashes),
        st.builds(Redeem, vault=named(f"vault@{shard}", f"2:vault@{shard}", "li"), amount=amounts),
    )
    hours = st.sampled_from([UnixMs(START + hours * HOUR) for hours in (1, 20, 24, 49, 24 * 400)])
    holds = st.builds(
        Hold,
        receiver=wallets,
        amount=amounts,
        until=hours | st.sampled_from([UnixMs(moment) for moment in SOON]) | moments,
        capture_if=st.builds(SignedByAccount, account=own) | conditions,
        release_if=conditions,
    )
    holders = st.one_of(
        *[payments] * 6,
        *[holds] * 2,
        st.builds(Close, wallet=own),
        st.builds(SetPolicy, replaces=epochs, policy=policies),
        st.builds(Cancel),
    )
    registrars = st.one_of(
        st.builds(Open, wallet=own, wallet_class=classes, policy=good_policies),
        st.builds(Open, wallet=anybody, wallet_class=classes, policy=policies),
        st.builds(SetClass, wallet=wallets, replaces=versions, wallet_class=classes),
        st.builds(Close, wallet=own),
    )
    freezes = st.one_of(
        st.builds(Freeze, wallet=wallets, replaces=versions, scope=st.sampled_from([1, 2, 3, 2, 0, 4]), basis=hashes),
        st.builds(Unfreeze, wallet=wallets, replaces=versions, basis=hashes),
    )
    vaults = st.builds(Exchange, receiver=wallets, amount=amounts) | st.builds(Return, amount=amounts)
    on_tier1 = st.builds(Withdraw, operator=operators, amount=amounts)
    given = st.one_of(
        *[given_by(NAMES, holders)] * 4,
        ended_by((*NAMES, *NAMES, *ROLES)),
        given_by(("registrar", "2:registrar"), registrars | freezes),
        given_by(("supervision",), freezes),
        given_by(("vault", "2:vault"), vaults),
        given_by((*NAMES, *ROLES, "nobody"), holders | registrars | freezes | vaults | on_tier1),
    )
    return st.lists(given, min_size=4, max_size=16)


rules: Final = st.builds(
    Rules,
    replaces=versions,
    name=st.just(Name(b"twins".ljust(16, b"\0"))),
    effective_at=st.sampled_from([UnixMs(moment) for moment in SOON]) | moments,
    max_life=st.sampled_from([UNLIMITED.max_life, UNLIMITED.max_life, UnixMs(HOUR), UnixMs(0)]),
    clock_bound=st.sampled_from([UNLIMITED.clock_bound, UNLIMITED.clock_bound, UnixMs(1), UnixMs(0)]),
    classes=st.lists(st.sampled_from([LIMITED, NONE]), min_size=4, max_size=6).map(tuple)
    | st.just((LIMITED, NONE, NONE, LIMITED, NONE)),
)
# Orders that overwrite, as officers give them.
officers_orders: Final = st.one_of(
    rules,
    rules,
    st.builds(Workers, ledger=ledgers, replaces=versions, keys=st.lists(worker_keys, max_size=17).map(tuple)),
    st.builds(SetBoard, replaces=versions, board=policies),
    st.builds(
        seat,
        st.sampled_from([1, 2, 3]),
        shards,
        st.just(SHARDS),
        replaces=versions,
        status=st.sampled_from([1, 2, 2, 3]),
    ),
    st.builds(
        SetOperator,
        operator=operators,
        shard=ledgers,
        replaces=versions,
        status=st.sampled_from([1, 2, 3]),
        registrar=anybody | named("3:registrar", "3:registrar@1"),
        registrar_policy=policies,
        vault=anybody | named("3:vault", "3:vault@1"),
        vault_policy=policies,
    ),
)
# Allocations on which tier 1 was not asked.
allocations: Final = st.builds(
    Allocate,
    shard=shards,
    operator=st.sampled_from([OperatorId(1), OperatorId(1), OperatorId(2), OperatorId(3)]),
    amount=amounts,
    lock=st.sampled_from([LockId(bytes((number,)) * 16) for number in range(4)]),
)
# What a peer's worker might bring, had it been bought.
forged_contents: Final = st.one_of(
    st.builds(Payment, payer=anybody, receiver=customers, amount=amounts, command=hashes, day=days),
    st.builds(Returned, payer=customers, amount=amounts, command=hashes, day=days),
    st.builds(ReturnToIssuer, operator=operators, amount=amounts, command=hashes.map(CommandId)),
    st.builds(OfficersOrder, order=st.binary(max_size=200).map(Blob)),
)
worker_names: Final = st.sampled_from([*[""] * 12, "worker@1", "worker@tier1", "other"])
