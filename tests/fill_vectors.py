"""Fill vectors/commands, policies, receipts, requests and workers: `python -m tests.fill_vectors`.

The bytes come from the Python records; whoever reads them in another language confirms them. A vector that changes is a
change of the format: old logs cannot be read any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.crypto import merkle
from dcep.ids import LedgerId, NetworkId
from dcep.messages.commands.conditions import Condition, Evidence
from dcep.messages.headers import decode_signed_header, encode_header
from dcep.messages.kinds import KINDS
from dcep.messages.layout import Blob, Count, Hash, Malformed, Reader, SuiteUnsupported
from dcep.messages.outcomes import leaf
from dcep.messages.policies import NOBODY, Board, Nobody, Policy, SingleKey, Threshold, policy_hash, read_policy
from dcep.messages.receipts import Receipt, encode_receipt
from dcep.messages.signed import decode
from tests.conformance.messages.requests import rows as rows_of_requests
from tests.conformance.messages.worker_orders import HEAD as HEAD_OF_WORKERS
from tests.conformance.messages.worker_orders import rows as rows_of_workers
from tests.language import play
from tests.names import hashed, key, policy, signer
from tests.network import Network

VECTORS: Final = Path(__file__).parents[1] / "vectors"
# At least one line for each command; `as=` names the row.
LINES: Final = """
open li 3
open zhou@1 1 500
sign open bakery 5 as=open
sign open wang 4 policy=2of(phone,card,paper) as=open_two_of_three
sign set_class li 2 as=set_class
sign close li as=close
sign close li by=registrar as=close_by_registrar
sign freeze li receive basis=order as=freeze
sign freeze li both replaces=4_294_967_295 by=supervision basis=order as=freeze_by_supervision
sign unfreeze li replaces=2 basis=order as=unfreeze
sign pay li bakery 500 as=pay
sign pay li bakery 18446744073709551615 number=281474976710655 lane=65535 epoch=4294967295 memo=bread as=pay_largest
sign pay li bakery 1 guard=2of(phone,card,paper) sign=0,2 as=pay_two_of_three
sign pay li bakery 2 guard=phone_p256 as=pay_p256
sign pay li bakery 3 guard=2of(phone_p256,card,paper_p256) sign=0,1 as=pay_two_suites
sign refund bakery li 500 original=pay as=refund
sign cancel li number=64 as=cancel
sign exchange li 1_650 as=exchange
sign redeem li 250 as=redeem
sign return vault 650 as=return
sign set_policy li 2of(phone,card,paper) as=set_policy
sign hold li bakery 300 until=2021-02-01 as=hold
sign hold li zhou@1 2 until=2021-02-01 release_if=any(zhou@1,after(2021-01-20)) as=hold_on_conditions \
  capture_if=2of(bakery,key(2of(a,b,c)),all(secret(bread),before(2021-01-05)))
sign capture bakery hold 100 as=capture
sign capture registrar hold_on_conditions 1 as=capture_with_evidence \
  cosigned=bakery,key(2of(a,b,c)!0+2) secrets=bread,salt
sign release bakery hold as=release
sign release li hold over=release,200,100 cosigned=bakery as=release_co_signed
sign issue 1 1_000 L as=issue
sign allocate 0 1 1_000 L sign=1,2,3 as=allocate
sign withdraw 1 650 as=withdraw
sign rules first cap 20_000 single 500 daily 1_000 annual 1_200 effective_at=2022-01-01 as=rules
sign workers 0 a,b as=workers
sign set_board 2of3at2(p1/1,p2/2,p3/2) as=set_board
sign set_operator 3 1 as=set_operator
sign set_operator 1 0 replaces=1 status=suspended as=set_operator_suspended
sign tick 2021-01-02 as=tick
sign checkpoint 3 as=checkpoint
pay zhou@1 li 4
credit 1 0 as=credit
ack 0 1 as=ack
sign resend 0 allocate as=resend
"""
POLICIES: Final = {
    "nobody": NOBODY,
    "single key": policy("li")[0],
    "two of three": policy("2of(phone,card,paper)")[0],
    "one of one": policy("1of(phone)")[0],
    "nested": Threshold(needed=2, of=(policy("li")[0], policy("2of(phone,card)")[0], policy("1of(paper,safe)")[0])),
    "single key of P-256": policy("li_p256")[0],
    "two of three, of two suites": policy("2of(phone_p256,card,paper_p256)")[0],
    "board": policy("2of3at2(o1/1,o2/2,o3/1)")[0],
    "board of two suites": policy("2of3at2(o1_p256/1,o2/2,o3_p256/1)")[0],
    "board in a threshold": Threshold(needed=1, of=(policy("2of3at2(o1/1,o2/2,o3/1)")[0], policy("li")[0])),
}
REFUSED: Final = {
    "no bytes": b"",
    "no such kind": b"\x04",
    "cut": policy("li")[0].encode()[:-1],
    "left over": policy("li")[0].encode() + b"\0",
    "needs nobody": b"\x02\x00\x01" + policy("li")[0].encode(),
    "needs more than there are": b"\x02\x02\x01" + policy("li")[0].encode(),
    "of none": b"\x02\x01\x00",
    "nobody inside": b"\x02\x01\x01\x00",
    "too deep": b"\x02\x01\x01" * 8 + policy("li")[0].encode(),
    "too many keys": (b"\x02\x01\x20" + policy("li")[0].encode() * 32).join(
        (b"\x02\x01\x02", policy("li")[0].encode())
    ),
    "more sites than there are": b"\x03\x02\x02\x02" + (b"\x01\x03" + key("o1") + b"\x01\x03" + key("o2")),
    "P-256, of 32 bytes": b"\x01\x01" + key("li"),
    "Ed25519, of 33 bytes": b"\x01\x03" + key("li_p256"),
    "SM2": b"\x01\x02" + key("li_p256"),
    "no such suite": b"\x01\x09" + key("li"),
}


def commands() -> dict[str, str]:
    """Return the text of each file of vectors/commands, by chapter."""
    scene = play(LINES)
    network = scene.network.id
    texts = {kind.chapter: f"# network {network.hex()}; see vectors/README.md\n" for kind in KINDS.values()}
    for name, wire in scene.wires().items():
        command = decode(wire, network)
        said = {field: getattr(command.body, field) for field in ("account", "lane", "number", "expires_at", "epoch")}
        said |= {field.name: getattr(command.body.order, field.name) for field in fields(command.body.order)}
        said |= {"memo": command.body.memo, "policy_of_signers": command.policy}
        said |= {"signatures": tuple(bytes((number,)) + signature for number, signature in command.signatures)}
        said |= {"body": command.body_bytes, "id": command.id, "wire": command.wire}
        lines = "".join(f"{field:<18}{written(value)}".rstrip() + "\n" for field, value in said.items())
        texts[command.kind.chapter] += f"\n== {command.kind.name}: {name}\n{lines}"
    return texts


def policies() -> dict[str, str]:
    """Return the text of each file of vectors/policies."""
    rows = [(name, each.encode().hex(), policy_hash(each).hex()) for name, each in POLICIES.items()]
    sets = [(name, ",".join(map(str, signed)), each.satisfied_by(signed)) for name, each, signed in _signed_sets()]
    refused = [(name, data.hex(), _code(data)) for name, data in REFUSED.items()]
    return {
        "encodings.tsv": _table("policy encoding hash", rows),
        "satisfied.tsv": _table("policy signed satisfied", [(*row, "yes" if done else "no") for *row, done in sets]),
        "refused.tsv": _table("what encoding code", refused),
    }


def receipts() -> dict[str, str]:
    """Return the text of vectors/receipts: one that holds, and those that fail one of the three checks."""
    scene = play("open li 1 10\nopen bakery 1\nsign pay li bakery 4 as=pay\nsign cancel bakery as=cancel")
    network, pay, cancel = scene.network, *scene.wires().values()
    receipt, worker = _receipt(network, [pay, cancel, network.tick(network.now)]), network.ledgers[LedgerId(0)].worker
    header = decode_signed_header(receipt.header)
    thief = replace(header.header, worker=key("thief"))
    other = replace(header.header, network=NetworkId(hashed("other")[:16]))
    later = replace(header.header, time=UnixMs(header.header.time + 1))
    rows = {
        "holds": receipt,
        "1 signed by nobody the holder trusts": replace(
            receipt, header=Blob(encode_header(thief) + signer("thief").sign(encode_header(thief)))
        ),
        "1 another network": replace(receipt, header=Blob(encode_header(other) + header.signature)),
        "2 another time under the same signature": replace(
            receipt, header=Blob(encode_header(later) + header.signature)
        ),
        "3 another command": replace(receipt, command=Blob(cancel)),
        "3 another outcome": replace(receipt, outcome=Blob(b"\x02\x00\x24\x00")),
        "3 another place": replace(receipt, index=Count(1)),
        "3 a path that is too short": replace(receipt, path=()),
    }
    lines = [(name, network.id.hex(), key(worker).hex(), encode_receipt(each).hex()) for name, each in rows.items()]
    return {"receipts.tsv": _table("what network worker receipt", lines)}


def requests() -> dict[str, str]:
    """Return the text of vectors/requests: payment requests, and texts that are none."""
    head = "what text receiver network name city reference expires_at amount category"
    return {"requests.tsv": _table(head, rows_of_requests())}


def workers() -> dict[str, str]:
    """Return the text of vectors/workers: officers' orders, and whose signatures count behind them."""
    return {"worker_lists.tsv": _table(HEAD_OF_WORKERS, rows_of_workers())}


def written(value: Any) -> str:
    """Return a value as the vectors write it, which vectors/README.md describes."""
    if isinstance(value, Nobody | SingleKey | Threshold | Board | Condition | Evidence):
        return value.encode().hex()
    if isinstance(value, tuple):
        return ",".join(map(written, value))
    if is_dataclass(value):
        return "/".join(written(getattr(value, field.name)) for field in fields(value))
    return value.hex() if isinstance(value, bytes) else str(int(value))


def main() -> None:
    """Write every file."""
    filled = {
        "commands": {f"{chapter}.txt": text for chapter, text in commands().items()},
        "policies": policies(),
        "receipts": receipts(),
        "requests": requests(),
        "workers": workers(),
    }
    for folder, files in filled.items():
        (VECTORS / folder).mkdir(exist_ok=True)
        for name, text in files.items():
            (VECTORS / folder / name).write_text(text, encoding="utf-8")


def _receipt(network: Network, wires: list[bytes]) -> Receipt:
    """Append a frame to shard 0 and return the receipt of its first command."""
    outcomes = network.append(LedgerId(0), wires)
    assert outcomes is not None
    ids = [decode(wire, network.id).id for wire in wires]
    hashes = [merkle.leaf_hash(leaf(*entry)) for entry in zip(ids, outcomes, strict=True)]
    return Receipt(
        command=Blob(wires[0]),
        outcome=Blob(outcomes[0].encode()),
        index=Count(0),
        path=tuple(map(Hash, merkle.path(hashes, 0))),
        header=Blob(network.ledgers[LedgerId(0)].headers[-1].encode()),
    )


def _signed_sets() -> Iterator[tuple[str, Policy, set[int]]]:
    for name, each in POLICIES.items():
        count = sum(1 for _ in each.keys())
        for chosen in range(2**count):
            yield name, each, {number for number in range(count) if chosen >> number & 1}


def _code(data: bytes) -> str:
    reader = Reader(data)
    try:
        read_policy(reader)
        reader.finish()
    except SuiteUnsupported:
        return "unsupported_suite"
    except Malformed:
        return "malformed"
    raise AssertionError("a policy that should be refused is none")


def _table(columns: str, rows: list[tuple[Any, ...]]) -> str:
    return "".join("\t".join(map(str, row)) + "\n" for row in (columns.split(), *rows))


if __name__ == "__main__":
    main()
