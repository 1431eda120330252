"""`dcep centralbank`: what each command does, says and leaves with, against the real service over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from dcep.cli.institutions import approving
from dcep.crypto.sealed_keys import Cost, seal_seed
from dcep.ids import OperatorId
from dcep.issuance.states import State
from dcep.messages.commands.payments import Pay
from dcep.messages.layout import Epoch, Key, Lane, Number
from dcep.messages.policies import SingleKey
from dcep.messages.signed import Body, command_id, encode_body
from dcep.money import Fen
from tests.unit.cli.institutions.conftest import Desk

_CHEAP: Final = Cost(8, 1, 1)


def test_money_is_issued_allocated_and_seen_by_its_people(desk: Desk) -> None:
    """Asked for, proposed, signed one by one, sent; each line names the next one, and the table shows the money."""
    asked = desk.run("issue", "1", "1000.50", "--id", "first")
    desk.bank.send()
    proposed = desk.run("propose", "first")
    signed = [desk.run("approve", "first", "--officer", str(number), "--yes") for number in (1, 2, 3)]
    desk.bank.send()
    ended = desk.run("order", "first", "--wait")
    desk.run("allocate", "first", "--id", "second")
    desk.carry_through("second")
    told = desk.run("supply")

    next_lines = [said.out.splitlines()[-1].split(" --data ")[0] for said in (asked, proposed, *signed, ended)]
    assert [said.code for said in (asked, proposed, *signed, ended, told)] == [0] * 7
    assert "issue 1,000.50 yuan against reserves of operator 001" in asked.out
    assert next_lines == [
        "next: dcep centralbank propose first",
        "next: dcep centralbank approve first --key FILE",
        "next: dcep centralbank approve first --key FILE",
        "next: dcep centralbank approve first --key FILE",
        "next: dcep centralbank order first --wait",
        "next: dcep centralbank allocate first",
    ]
    assert "001       admitted  1,000.50   1,000.50       0.00  1,000.50  1,000.50" in told.out
    assert told.out.splitlines()[-1] == "✓ issued − withdrawn = vaults + wallets + in transit ≤ reserves"


def test_a_withdrawal_that_the_rules_refuse_says_why(desk: Desk) -> None:
    """The answer is no: exit code 1, the code and what it means. Nothing was ever issued to this operator."""
    desk.run("withdraw", "1", "5", "--id", "w")

    ended = desk.carry_through("w")

    assert ended.code == 1
    assert ended.err.splitlines() == ["w: withdraw 5.00 yuan of operator 001"]
    assert "refused (operator_unknown): no such operator is admitted here" in ended.out


def test_an_officer_reads_what_the_bytes_say_whatever_the_central_bank_says(desk: Desk) -> None:
    """Whoever sits on the central bank's machine cannot let an officer sign another order than he reads."""
    desk.run("issue", "1", "1000", "--id", "first")
    desk.bank.send()
    desk.run("propose", "first")
    body = desk.bank.desk.proposed("first").proposal.body

    shown = desk.run("proposal", "first")

    lines = [line.split(maxsplit=1) for line in shown.out.splitlines()]
    assert shown.out.splitlines()[0] == "the central bank issues 1,000.00 yuan against reserves of operator 001"
    assert ["command", command_id(body).hex()] in lines
    assert ["network", desk.bank.realm.network.hex()] in lines
    assert ["lock", desk.bank.desk.order("first").content.lock.hex()] in lines


def test_nothing_is_signed_that_nobody_has_confirmed(desk: Desk) -> None:
    """Without a terminal nobody can be asked: the order is shown, and the key stays where it is."""
    desk.run("issue", "1", "1000", "--id", "first")
    desk.bank.send()
    desk.run("propose", "first")

    refused = desk.run("approve", "first", "--officer", "1")

    assert refused.code == 2
    assert "issues 1,000.00 yuan" in refused.out
    assert refused.err.splitlines()[0].startswith("not_confirmed: ")
    assert desk.bank.desk.proposed("first").proposal.approvals == 0


def test_a_key_that_a_password_opens_signs(desk: Desk, tmp_path: Path) -> None:
    """An officer keeps his key sealed; another password opens nothing, and a stranger's key has no seat."""
    sealed, words, wrong = tmp_path / "officer.sealed", tmp_path / "words", tmp_path / "wrong"
    seal_seed(sealed, desk.bank.realm.officers[0].signer.seed, "correct horse", _CHEAP)
    words.write_text("correct horse\n")
    wrong.write_text("battery staple\n")
    (tmp_path / "stranger.key").write_bytes(bytes(32))
    desk.run("issue", "1", "1000", "--id", "first")
    desk.bank.send()
    desk.run("propose", "first")

    def approve(key: Path, password: Path) -> str:
        said = desk.run("approve", "first", "--key", str(key), "--password-file", str(password), "--yes")
        return said.err.partition(": ")[0] if str(key) not in said.err else said.err.split(": ")[1]

    codes = [approve(sealed, wrong), approve(tmp_path / "stranger.key", words), approve(sealed, words)]

    assert codes == ["wrong_password", "no_seat", ""]
    assert desk.bank.desk.proposed("first").proposal.approvals == 1


def test_an_officer_of_another_network_signs_nothing(desk: Desk) -> None:
    """The network is the officer's own knowledge: the genesis that he keeps, or the number that he names."""
    desk.run("issue", "1", "1000", "--id", "first")
    desk.bank.send()
    desk.run("propose", "first")

    other = desk.run("approve", "first", "--officer", "1", "--yes", "--network", "00" * 16)
    own = desk.run("proposal", "first", "--network", desk.bank.realm.network.hex())
    no_number = desk.run("proposal", "first", "--network", "00")

    assert (other.code, other.err.partition(":")[0], own.code) == (2, "other_network", 0)
    assert "bad_hash" in no_number.err
    assert desk.bank.desk.proposed("first").proposal.approvals == 0


def _payment(desk: Desk) -> bytes:
    realm = desk.bank.realm
    order = Pay(receiver=realm.wallet("li"), amount=Fen(1))
    body = Body(
        account=realm.wallet("wang"), lane=Lane(0), number=Number(1), expires_at=realm.now, epoch=Epoch(1), order=order
    )
    return encode_body(realm.network, body)


def test_bytes_that_are_no_order_of_a_board_are_never_signed(desk: Desk) -> None:
    """A payment of the officer's own wallet, bytes that go on behind the order, or no bytes at all."""
    desk.run("issue", "1", "1000", "--id", "first")
    desk.bank.send()
    desk.run("propose", "first")
    good = desk.bank.desk.proposed("first").proposal.body
    # A tail that the reader would take for policy and signatures, if what is signed were not compared.
    tail = SingleKey(suite=3, key=Key(bytes(32))).encode() + b"\1\0" + bytes(29)

    def judged(told: Mapping[str, Any]) -> str:
        with pytest.raises(Exception, match="strange_proposal") as refused:
            approving._decoded(told, desk.bank.realm.network)
        return str(refused.value)

    assert approving._decoded({"body": good.hex()}, desk.bank.realm.network).body_bytes == good
    for body in (_payment(desk), good + tail, good + b"\0", good[:-1], b""):
        assert judged({"body": body.hex()})
    assert judged({"body": "no hex"})
    assert judged({})


def test_every_order_of_the_boards_is_asked_for_and_read(desk: Desk, tmp_path: Path) -> None:
    """Each can be asked for in one line, and an officer reads every field of it."""
    realm = desk.bank.realm
    key = f"3:{realm.officers[0].signer.public.hex()}"
    admission = realm.admission(OperatorId(2))
    basis = tmp_path / "decision.txt"
    basis.write_text("冻结决定书 2026-17")
    accounts = ["--registrar", f"{admission.registrar:016}", "--vault", f"{admission.vault:016}"]
    wallet = f"{realm.admission().vault:016}"
    lines: dict[str, list[str]] = {
        "admit": ["admit", "2", *accounts, "--registrar-key", key, "--vault-key", key],
        "suspend": ["suspend", "1"],
        "readmit": ["readmit", "1"],
        "board": ["set-board", "--needed", "2", "--seat", f"1:{key}", "--seat", f"2:3:{'11' * 32}"],
        "rules": ["set-rules", "ccb-test-2020"],
        "freeze": ["freeze", wallet, "--basis", str(basis), "--scope", "both"],
        "unfreeze": ["unfreeze", wallet, "--basis", str(basis)],
    }

    asked = {name: desk.run(*line, "--id", name) for name, line in lines.items()}
    read = {name: desk.run("propose", name) for name in lines}

    assert {name: said.code for name, said in asked.items()} == dict.fromkeys(lines, 0)
    assert {name: said.out.splitlines()[0] for name, said in read.items()} == {
        "admit": "the central bank admits operator 002 on shard-000",
        "suspend": "the central bank suspends operator 001 on shard-000",
        "readmit": "the central bank admits operator 001 on shard-000",
        "board": "the central bank seats a new officers' board in the place of board 1",
        "rules": "the central bank gives the rules 'ccb-test-2020', in force from 2020-01-01 00:00:00.000",
        "freeze": read["freeze"].out.splitlines()[0],
        "unfreeze": read["unfreeze"].out.splitlines()[0],
    }
    assert "freezes wallet" in read["freeze"].out
    assert "for paying and receiving" in read["freeze"].out
    assert f"SHA-256 {sha256(basis.read_bytes()).hexdigest()}" in read["freeze"].out
    assert f"site 1, suite 3, {realm.officers[0].signer.public.hex()}" in read["board"].out
    assert "needed         2 of 2, from at least 2 sites" in read["board"].out
    assert f"key of suite 3 {realm.officers[0].signer.public.hex()}" in read["admit"].out
    assert "class IV" in read["rules"].out


def test_a_freeze_is_signed_by_supervisors(desk: Desk, tmp_path: Path) -> None:
    """`--officer` means the board that the order is for: nobody has to know two names for it."""
    basis = tmp_path / "decision.txt"
    basis.write_text("冻结决定书 2026-17")
    desk.run("freeze", f"{desk.bank.realm.admission().vault:016}", "--basis", str(basis), "--id", "f")
    desk.run("propose", "f")

    codes = [desk.run("approve", "f", "--officer", str(number), "--yes").code for number in (1, 2)]

    assert codes == [0, 0]
    assert desk.bank.desk.order("f").state is State.APPROVED


def test_what_cannot_be_an_order_is_said_before_anybody_is_asked(desk: Desk, tmp_path: Path) -> None:
    """Exit code 2, a stable code, and nothing was entered."""
    empty, strange = tmp_path / "empty", tmp_path / "strange.toml"
    empty.write_bytes(b"")
    strange.write_text("effective_on = 2026-01-01\n")
    wallet = f"{desk.bank.realm.admission().vault:016}"
    lines = {
        ("issue", "1", "0"): "bad_amount",
        ("issue", "1", "1,50"): "bad_number",
        ("issue", "1", "-5"): "",
        ("issue", "1", "0.001"): "too_many_decimals",
        ("freeze", wallet, "--basis", str(empty)): "no_basis",
        ("freeze", wallet, "--basis", str(tmp_path / "nowhere")): "no_such_file",
        ("freeze", wallet[:-1], "--basis", str(strange)): "bad_wallet_id",
        ("set-rules", str(strange)): "bad_rules",
        ("set-rules", "nobody's"): "no_such_file",
        ("set-board", "--needed", "2", "--seat", "1:3:00"): "bad_options",
        ("suspend", "5"): "unknown_operator",
        ("order", "nobody's"): "unknown_order",
        ("approve", "admit-1"): "bad_options",
    }

    said = {line: desk.run(*line) for line in lines}

    assert {each.code for each in said.values()} == {2}
    assert {line: code in said[line].err for line, code in lines.items()} == dict.fromkeys(lines, True)
    assert [order.id for order in desk.bank.desk.orders()] == ["admit-1"]


def test_a_lost_answer_is_healed_by_the_same_line(desk: Desk) -> None:
    """The id that was drawn is named with the error: whoever repeats the line orders nothing twice."""
    lost = desk.run("issue", "1", "5", "--url", "http://127.0.0.1:9")
    first = desk.run("issue", "1", "5", "--id", "same", "--json")
    again = desk.run("issue", "1", "5", "--id", "same", "--json")
    other = desk.run("issue", "1", "6", "--id", "same")

    assert (lost.code, lost.err.partition(":")[0]) == (3, "service_unreachable")
    assert "run the same line again with --id issue-" in lost.err
    assert first.document == again.document
    assert (other.code, "idempotency_key_reused" in other.err) == (2, True)


def test_orders_are_shown_in_pages_and_given_up(desk: Desk) -> None:
    """The line for the next page stands below a page."""
    for number in range(3):
        desk.run("withdraw", "1", "5", "--id", f"w{number}")

    page = desk.run("orders", "--state", "requested", "--limit", "2")
    cursor = page.out.split("--cursor ")[1].split()[0]
    rest = desk.run("orders", "--state", "requested", "--cursor", cursor, "--json")
    given_up = desk.run("abandon", "w0")

    assert [line.split()[0] for line in page.out.splitlines()] == ["order", "w0", "w1", "next:"]
    assert [order["id"] for order in rest.document["items"]] == ["w2"]
    assert (given_up.code, "abandoned: given up" in given_up.out) == (0, True)


def test_reserves_and_their_messages_are_read(desk: Desk, tmp_path: Path) -> None:
    """What was exchanged with the keeper of the account, word for word, into a file or on the screen."""
    desk.run("issue", "1", "5", "--id", "i")
    desk.bank.send()

    table = desk.run("reserves")
    shown = desk.run("reserves", "--message", "transfer:1")
    kept = desk.run("reserves", "--message", "entry:1", "--to", str(tmp_path / "entry.xml"))
    odd = desk.run("reserves", "--odd", "--json")

    assert "booked    5.00" in table.out
    assert "1         lock  001       i      booked  5.00" in table.out
    assert shown.out.startswith("<?xml")
    assert b"camt.054" in (tmp_path / "entry.xml").read_bytes()
    assert (kept.code, odd.code, odd.document["entries"]) == (0, 0, [])


def test_boards_operators_and_rules_are_shown_to_everybody(desk: Desk) -> None:
    """No paper is asked for: what everybody may see needs none."""
    for paper in (desk.data / "central-bank").glob("*.pem"):
        paper.unlink()

    said = {command: desk.run(command) for command in ("board", "operators", "rules")}
    staff = desk.run("orders")

    assert {each.code for each in said.values()} == {0}
    assert "board 1: 3 of 5 officers, from at least 2 sites" in said["board"].out
    assert "supervision of shard-000: 2 of 3" in said["board"].out
    assert f"{desk.bank.realm.admission().vault:016}" in said["operators"].out
    assert "IV          10,000.00   2,000.00    5,000.00  50,000.00" in said["rules"].out
    assert (staff.code, "staff.pem" in staff.err) == (2, True)


def test_a_folder_without_a_currency_says_what_to_do(desk: Desk, tmp_path: Path) -> None:
    """The commonest mistake of the first minute."""
    desk.data = tmp_path / "nowhere"

    said = desk.run("supply")

    assert said.code == 2
    assert "no_such_file" in said.err
    assert "dcep up" in said.err


def test_a_policy_of_a_key_stands_in_an_admission_as_in_a_command(desk: Desk) -> None:
    """What the line names is what the ledger will hold the operator's commands against."""
    realm = desk.bank.realm
    admission = realm.admission(OperatorId(2))
    keys = [f"3:{policy.key.hex()}" for policy in (admission.registrar_policy, admission.vault_policy)]  # type: ignore[union-attr]  # each is of one key
    accounts = ["--registrar", f"{admission.registrar:016}", "--vault", f"{admission.vault:016}"]

    desk.run("admit", "2", *accounts, "--registrar-key", keys[0], "--vault-key", keys[1], "--id", "admit-2")

    assert desk.bank.desk.order("admit-2").content == admission


def test_somebody_is_invited_to_the_figures_of_operators_by_a_link(desk: Desk) -> None:
    """It leads to the board; the code stands where no browser sends it on."""
    said = desk.run("desk", "--name", "Wang Fang", "--json").document

    link, _, code = said["url"].partition("#")
    assert (link.endswith("/board"), len(code), said["name"]) == (True, 32, "Wang Fang")
