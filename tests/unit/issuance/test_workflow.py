"""Orders of the central bank: requested, proposed, approved by officers one by one, sent until the ledger's word."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import TIER1
from dcep.issuance.officers import board_of
from dcep.issuance.states import State
from dcep.issuance.store import WINDOW, Order, Store
from dcep.messages.commands.governance import SetBoard
from dcep.messages.commands.issuance import Allocate, Withdraw
from dcep.messages.commands.payments import Cancel
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.layout import Version
from dcep.messages.signed import decode
from dcep.money import Fen
from tests.unit.issuance.realm import BANK, HOUR, SHARD, Bank, Realm

AMOUNT: Final = Fen(70_000)


def proposed(bank: Bank, order_id: str = "issue") -> str:
    """Ask for an issue, let its reserves be locked, and propose it; return its id."""
    bank.issue(order_id, AMOUNT)
    bank.propose(order_id)
    return order_id


def allocation(issue: Order) -> Allocate:
    """Return the order that allocates what was issued."""
    return Allocate(shard=SHARD, operator=BANK, amount=issue.content.amount, lock=issue.content.lock)


def test_money_is_issued_when_three_officers_of_two_sites_have_signed(bank: Bank) -> None:
    """The last approval that is needed makes the wire; the ledger makes the money."""
    order_id = proposed(bank)

    states = [bank.sign(officer, order_id).state for officer in bank.realm.officers[:3]]
    bank.send()

    assert states == [State.PROPOSED, State.PROPOSED, State.APPROVED]
    assert bank.desk.order(order_id).state is State.SETTLED
    assert bank.realm.tier1.sums().issued == AMOUNT


def test_three_officers_of_one_site_do_not_make_an_order(bank: Bank) -> None:
    """Whoever holds a site does not hold the issuance."""
    order_id = proposed(bank)
    of_one_site = [officer for officer in bank.realm.officers if officer.site == 2]

    states = [bank.sign(officer, order_id).state for officer in of_one_site]
    bank.send()

    assert states == [State.PROPOSED] * 3
    assert bank.realm.tier1.sums().issued == 0


def test_an_officer_sees_bytes_that_are_stored_already(bank: Bank) -> None:
    """What was signed and what is sent cannot differ after a crash: another life shows the same bytes."""
    order_id = proposed(bank)
    seen = bank.desk.proposed(order_id).proposal.body

    other_life = bank.realm.bank()
    again = other_life.desk.propose(order_id, now=bank.realm.now).proposal.body
    other_life.close()

    assert again == seen


def test_an_approval_that_comes_twice_counts_once(bank: Bank) -> None:
    """An officer whose answer was lost sends again."""
    order_id = proposed(bank)
    officer = bank.realm.officers[0]

    states = [bank.sign(officer, order_id).state for _ in range(3)]

    assert states == [State.PROPOSED] * 3
    assert bank.desk.proposed(order_id).proposal.approvals == 1


def test_an_approval_too_many_changes_nothing(bank: Bank) -> None:
    """The fourth officer comes when the order is settled."""
    order_id = proposed(bank)
    command = bank.desk.proposed(order_id).command
    bank.issue_through(order_id, AMOUNT)
    late = bank.realm.officers[3]
    body = bank.desk.proposed(order_id).proposal.body

    order = bank.approve(command, late, late.signer.sign(body))

    assert order.state is State.SETTLED
    assert bank.desk.proposed(order_id).proposal.approvals == 3


def test_a_signature_over_other_bytes_approves_nothing(bank: Bank) -> None:
    """An approval is bound to each byte: amount, lock, number, expiry, board."""
    order_id = proposed(bank)
    command = bank.desk.proposed(order_id).command
    officer = bank.realm.officers[0]

    with pytest.raises(BadInput, match="bad_signature"):
        bank.approve(command, officer, officer.signer.sign(b"another order"))

    assert bank.desk.proposed(order_id).proposal.approvals == 0


def test_a_stranger_approves_nothing(bank: Bank) -> None:
    """A supervisor has no seat on the officers' board."""
    order_id = proposed(bank)

    with pytest.raises(BadInput, match="no_seat"):
        bank.sign(bank.realm.supervisors[0], order_id)


def test_bytes_that_nobody_proposed_cannot_be_approved(bank: Bank) -> None:
    """The store knows every order's bytes, or there is no order."""
    officer = bank.realm.officers[0]

    with pytest.raises(BadInput, match="unknown_proposal"):
        bank.approve(bank.realm.network * 2, officer, officer.signer.sign(b""))  # type: ignore[arg-type]


def test_the_same_request_twice_is_one_order(bank: Bank) -> None:
    """The id belongs to the content for ever."""
    first = bank.request("withdraw", Withdraw(operator=BANK, amount=AMOUNT))

    again = bank.request("withdraw", Withdraw(operator=BANK, amount=AMOUNT))

    assert again == first
    with pytest.raises(BadInput, match="order_id_reused"):
        bank.request("withdraw", Withdraw(operator=BANK, amount=Fen(1)))


@pytest.mark.parametrize("order_id", ["", "a" * 65, "with space", "наряд", "a\n"])
def test_an_id_is_of_few_letters(bank: Bank, order_id: str) -> None:
    """It stands in addresses and logs."""
    with pytest.raises(BadInput, match="bad_order_id"):
        bank.request(order_id, Withdraw(operator=BANK, amount=AMOUNT))


def test_the_central_bank_signs_no_payment(bank: Bank) -> None:
    """Its officers give the orders of the issuing vault, and nothing else."""
    with pytest.raises(BadInput, match="bad_order"):
        bank.request("cancel", Cancel())


def test_what_the_ledger_refuses_is_refused_for_ever(bank: Bank) -> None:
    """The number is used up, the code is the ledger's own."""
    refused = bank.carry_through("too-much", Withdraw(operator=BANK, amount=AMOUNT))

    assert (refused.state, refused.code) == (State.REFUSED, "operator_unknown")
    assert bank.desk.propose("too-much", now=bank.realm.now).order_id == "too-much"
    assert bank.send() == []


def test_each_ledger_has_a_lane_and_each_order_a_number(bank: Bank) -> None:
    """Number 1 of the lane of tier 1 was the admission."""
    issue = bank.issue_through("issue", AMOUNT)
    orders = [
        issue,
        bank.carry_through("allocate", allocation(issue)),
        bank.carry_through("withdraw", Withdraw(operator=BANK, amount=AMOUNT)),
    ]

    assert [(order.given.lane, order.number) for order in orders] == [(0, 2), (1, 1), (0, 3)]
    assert [(order.state, order.code) for order in orders] == [
        (State.SETTLED, ""),
        (State.SETTLED, ""),
        (State.REFUSED, "insufficient_funds"),
    ]


def test_an_approval_of_a_former_board_is_refused(bank: Bank) -> None:
    """What waits when a board is changed has lapsed, and is proposed to the new board under the same number."""
    realm, order_id = bank.realm, proposed(bank)
    old, officer = bank.desk.proposed(order_id), bank.realm.officers[4]
    signature = officer.signer.sign(old.proposal.body)
    board = board_of(realm.officers[1:], needed=3)
    bank.carry_through("board", SetBoard(replaces=Version(1), board=board))

    with pytest.raises(DcepError, match="board_changed"):
        bank.approve(old.command, officer, signature)

    assert (bank.desk.order(order_id).state, bank.desk.order(order_id).code) == (State.LAPSED, "board_changed")
    settled = bank.issue_through(order_id, AMOUNT, by=realm.officers[2:])
    assert (settled.state, settled.number) == (State.SETTLED, 2)


def test_an_order_approved_by_a_former_board_lapses_when_the_ledger_does_not_hear_it(bank: Bank) -> None:
    """Both were approved before either was sent, and the board's change came first."""
    realm = bank.realm
    board = board_of(realm.officers[1:], needed=3)
    bank.request("board", SetBoard(replaces=Version(1), board=board))
    bank.issue("issue", AMOUNT)
    for order_id in ("board", "issue"):
        bank.propose(order_id)
        for officer in realm.officers[:3]:
            bank.sign(officer, order_id)

    bank.send()

    assert [bank.desk.order(name).state for name in ("board", "issue")] == [State.SETTLED, State.LAPSED]
    assert bank.issue_through("issue", AMOUNT, by=realm.officers[2:]).state is State.SETTLED
    assert realm.tier1.sums().issued == AMOUNT


def test_an_approval_after_the_expiry_is_refused(bank: Bank) -> None:
    """The bytes say until when they count."""
    order_id = proposed(bank)
    officer = bank.realm.officers[0]
    bank.realm.tell(later=13 * HOUR)

    with pytest.raises(DcepError, match="proposal_expired"):
        bank.sign(officer, order_id)


def test_an_expired_proposal_is_proposed_again_under_its_number(bank: Bank) -> None:
    """A number that was given up for good would lock the vault out after 64 of them."""
    order_id = proposed(bank)
    first = bank.desk.proposed(order_id)
    bank.realm.tell(later=13 * HOUR)
    lapsed = bank.send()

    settled = bank.issue_through(order_id, AMOUNT)

    assert [(order.id, order.state, order.code) for order in lapsed] == [(order_id, State.LAPSED, "expired")]
    assert (settled.state, settled.number) == (State.SETTLED, 2)
    assert bank.desk.proposed(order_id).command != first.command


def test_an_approved_order_that_came_too_late_lapses_by_the_ledgers_word(bank: Bank) -> None:
    """The ledger's time decides, never the central bank's clock."""
    order_id = proposed(bank)
    for officer in bank.realm.officers[:3]:
        bank.sign(officer, order_id)
    bank.realm.tell(later=13 * HOUR)

    bank.send()

    assert (bank.desk.order(order_id).state, bank.desk.order(order_id).code) == (State.LAPSED, "expired")
    assert bank.issue_through(order_id, AMOUNT).number == 2


def test_an_approval_of_given_up_bytes_is_stale(bank: Bank) -> None:
    """An abandoned order comes to nothing, whoever signs it."""
    bank.request("given-up", Withdraw(operator=BANK, amount=AMOUNT))
    bank.propose("given-up")
    bank.desk.abandon("given-up", now=bank.realm.now)

    with pytest.raises(DcepError, match="stale_approval"):
        bank.sign(bank.realm.officers[0], "given-up")

    assert bank.desk.abandon("given-up", now=bank.realm.now).state is State.ABANDONED


def test_the_number_of_an_abandoned_order_waits_until_its_bytes_are_dead(bank: Bank) -> None:
    """Two bodies that could both count never share a number."""
    bank.request("given-up", Withdraw(operator=BANK, amount=AMOUNT))
    bank.propose("given-up")
    bank.desk.abandon("given-up", now=bank.realm.now)

    before = bank.issue_through("before", AMOUNT)
    bank.realm.tell(later=13 * HOUR)
    after = bank.issue_through("after", AMOUNT)

    assert (before.number, after.number) == (3, 2)
    assert after.state is State.SETTLED


def test_an_order_that_is_on_its_way_cannot_be_abandoned(bank: Bank) -> None:
    """Its bytes are complete: only the ledger can say what becomes of them."""
    order_id = proposed(bank)
    for officer in bank.realm.officers[:3]:
        bank.sign(officer, order_id)

    with pytest.raises(DcepError, match="wrong_state"):
        bank.desk.abandon(order_id, now=bank.realm.now)


def test_no_open_number_falls_out_of_the_lanes_window(bank: Bank) -> None:
    """The 64th number behind an open one is refused here, where the older one can still be settled."""
    proposed(bank, "oldest")
    for place in range(1, WINDOW):
        bank.request(f"order-{place}", Withdraw(operator=BANK, amount=AMOUNT))
        bank.propose(f"order-{place}")
    bank.issue("one-too-many", AMOUNT)

    with pytest.raises(DcepError, match="too_many_open"):
        bank.propose("one-too-many")

    bank.issue_through("oldest", AMOUNT)
    assert bank.issue_through("one-too-many", AMOUNT).state is State.SETTLED


def test_what_cannot_be_sent_now_waits(bank: Bank) -> None:
    """A ledger that is down loses nothing: the next call sends the same bytes."""
    order_id = proposed(bank)
    for officer in bank.realm.officers[:3]:
        bank.sign(officer, order_id)
    bank.realm.tier1.close()

    changed = bank.send()

    assert changed == []
    assert bank.desk.order(order_id).state is State.APPROVED


def test_a_board_that_was_not_recorded_yet_is_asked_for_first(bank: Bank) -> None:
    """The process died between the ledger's answer and the record of it."""
    realm = bank.realm
    bank.request("board", SetBoard(replaces=Version(1), board=board_of(realm.officers[1:], needed=3)))
    bank.propose("board")
    for officer in realm.officers[:3]:
        bank.sign(officer, "board")
    with bank.store.transaction() as rows:
        ((_, _, wire),) = rows.waiting(State.APPROVED, TIER1)
    assert wire is not None
    realm.tier1.submit([wire])
    bank.issue("issue", AMOUNT)

    with pytest.raises(Unavailable, match="board_unknown"):
        bank.propose("issue")

    bank.send()
    assert bank.issue_through("issue", AMOUNT, by=realm.officers[2:]).state is State.SETTLED


def test_orders_are_read_page_by_page(bank: Bank) -> None:
    """In the order in which they were requested; a page goes on behind the last one's place."""
    for place in range(3):
        bank.request(f"order-{place}", Withdraw(operator=BANK, amount=Fen(place)))

    first = bank.desk.orders(limit=2)
    rest = bank.desk.orders(after=first[-1].place)

    assert [order.id for order in (*first, *rest)] == ["admit-1", "order-0", "order-1", "order-2"]
    assert [order.id for order in bank.desk.orders(state=State.SETTLED)] == ["admit-1"]


def test_the_wire_is_the_stored_body_with_the_officers_signatures(bank: Bank) -> None:
    """What the ledger settles is byte by byte what the officers saw."""
    order_id = proposed(bank)
    for officer in bank.realm.officers[:3]:
        bank.sign(officer, order_id)

    with bank.store.transaction() as rows:
        ((order, stored, wire),) = rows.waiting(State.APPROVED, TIER1)

    assert wire is not None
    command = decode(wire, bank.realm.network)
    assert (command.body_bytes, command.id) == (stored.proposal.body, order.command)
    assert (command.body.account, command.body.order) == (ISSUING_VAULT, order.content)


def test_a_database_belongs_to_one_network(bank: Bank, tmp_path: Path) -> None:
    """Numbers of one network mean nothing in another."""
    other = Realm(tmp_path, seed=bytes([1]) * 32)

    with pytest.raises(BadInput, match="other_network"):
        Store(other.url, other.genesis)

    other.close()


def test_nobody_asks_for_an_order_that_is_not_there(bank: Bank) -> None:
    """The answer names the id."""
    bank.request("asked", Withdraw(operator=BANK, amount=AMOUNT))

    with pytest.raises(BadInput, match="unknown_order"):
        bank.desk.order("nothing")
    with pytest.raises(DcepError, match="wrong_state"):
        bank.desk.proposed("asked")
