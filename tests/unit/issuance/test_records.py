"""What officers read before they sign can be written as JSON, whatever the order is."""

from __future__ import annotations

import json

from dcep.ids import TIER1
from dcep.issuance.officers import board_of
from dcep.issuance.records import content_record, order_record, proposal_record
from dcep.issuance.rules import read_rules
from dcep.messages.commands.freezing import Freeze
from dcep.messages.commands.governance import Workers
from dcep.messages.layout import Code, Hash, Key, Version
from dcep.messages.signed import command_id
from dcep.money import Fen
from tests.unit.issuance.realm import HOUR, Bank


def test_an_officer_reads_what_the_bytes_say(bank: Bank) -> None:
    """Operator, amount and lock by their names, and the bytes themselves beside them."""
    order = bank.issue("issue", Fen(70_000))
    bank.propose("issue")
    officer = bank.realm.officers[0]
    bank.sign(officer, "issue")
    proposed = bank.desk.proposed("issue")

    record = json.loads(json.dumps(proposal_record(bank.desk.order("issue"), proposed)))

    assert record["order"]["order"] == {
        "operator": "001",
        "amount_fen": 70_000,
        "lock": order.content.lock.hex(),
    }
    assert (record["order"]["ledger"], record["order"]["number"], record["order"]["state"]) == ("tier1", 2, "proposed")
    assert command_id(bytes.fromhex(record["body"])).hex() == record["command_id"] == record["order"]["command_id"]
    assert (record["signed"], record["is_approved"]) == ([officer.signer.public.hex()], False)
    assert record["expires_at_ms"] == bank.realm.now + 12 * HOUR
    assert (record["policy"]["needed"], record["policy"]["sites"], len(record["policy"]["seats"])) == (3, 2, 5)


def test_every_kind_of_order_can_be_read(bank: Bank) -> None:
    """Keys and hashes are hex, wallets 16 digits, ledgers by their names, whatever is nested."""
    wallet = bank.realm.wallet("li")
    freeze = content_record(Freeze(wallet=wallet, replaces=Version(1), scope=Code(1), basis=Hash(bytes(32))))
    workers = content_record(Workers(ledger=TIER1, replaces=Version(1), keys=(Key(b"\1" * 32),)))
    rules = content_record(read_rules("ecny-2021"))
    board = content_record(board_of(bank.realm.officers[:2], needed=2))
    admission = order_record(bank.desk.order("admit-1"))["order"]

    assert (freeze["wallet"], freeze["basis"]) == (f"{wallet:016}", "00" * 32)
    assert (workers["ledger"], workers["keys"]) == ("tier1", ["01" * 32])
    assert (rules["name"], rules["max_life_ms"], rules["classes"][3]["daily_fen"]) == ("ecny-2021", 86_400_000, 500_000)
    assert [seat["site"] for seat in board["seats"]] == [2, 1]
    assert (admission["operator"], admission["registrar_policy"]["suite"]) == ("001", 3)
    json.dumps([freeze, workers, rules, board, admission])
