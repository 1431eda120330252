"""The ledgers as processes: killed, stopped, starved of disk; whatever was answered stays true."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from dcep.errors import BadInput, Unavailable
from dcep.ids import TIER1, OperatorId, format_wallet_id, wallet_id
from dcep.ledger.audit import audit
from dcep.ledger.folder import Folder
from dcep.ledger.native import RustEngine
from dcep.ledger.remote import RemoteLine
from dcep.messages.layout import Lane
from dcep.messages.outcomes import Status
from dcep.messages.receipts import decode_receipt, verify
from dcep.money import Fen
from dcep.wallet.payments import Wallet
from tests.institutions import ONE, TWO
from tests.street import SHARD, Process, Town, later, town

_MONEY: Final = Fen(1_000_000)
_BINARY: Final = {"Content-Type": "application/octet-stream"}
_CLIENTS: Final = 8


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a town of real processes; each test leaves them running."""
    with town(tmp_path_factory.mktemp("town")) as made:
        made.new_wallets(made.line(), 1, _MONEY)
        yield made


def _payments(place: Town, count: int) -> tuple[Wallet, list[bytes]]:
    """Return a new wallet, and payments of one fen each from it to the bakery."""
    wallet = place.new_wallets(place.line(), 1, _MONEY)[0]
    return wallet, [wallet.pay(place.bakery, Fen(1), expires_at=later()) for _ in range(count)]


def _send(place: Town, wire: bytes) -> dict[str, Any] | None:
    """Send a payment to the shard once; None if no answer came."""
    try:
        answer: dict[str, Any] = place.client.post(
            f"{place.shard.url}/v1/payments", content=wire, headers=_BINARY
        ).json()
    except httpx.TransportError:
        return None
    return answer


def _send_all(place: Town, wires: Sequence[bytes], pool: ThreadPoolExecutor) -> list[Any]:
    return [pool.submit(_send, place, wire) for wire in wires]


def test_a_remote_line_says_what_the_ledger_says(place: Town) -> None:
    """Whoever runs elsewhere sees the same face: answers, history, receipts, accounts."""
    wallet, wires = _payments(place, 3)
    line = place.line()

    answers = line.submit(wires)

    receipt = line.receipt_of(wires[2], answers[2])
    view = line.account(wallet.id)
    assert verify(receipt, place.network, place.genesis.shard_workers).outcome.status is Status.SETTLED
    assert line.history(wires[0]) == answers[0]
    assert view is not None
    assert (view.balance, view.high) == (_MONEY - 3, 3)
    assert line.window(wallet.id, Lane(0))[0] == 3
    assert line.account(wallet_id(OperatorId(2), 1)) is None
    assert line.standing().clock_bound == place.genesis.rules.clock_bound
    statement = line.statement()
    assert (statement.ledger, statement.sums) == (SHARD, line.sums())
    assert statement.standing.total == statement.sums.wallets + statement.sums.vaults
    assert place.line(TIER1).sums().issued == line.sums().wallets + line.sums().vaults


def test_the_money_of_both_ledgers_adds_up_whenever_each_is_asked(place: Town) -> None:
    """Sums and flows of one moment: the law needs no moment at which both stand still."""
    tier1, shard = place.line(TIER1), place.line()
    _, wires = _payments(place, 60)

    for start in range(0, 60, 10):
        shard.submit(wires[start : start + 10])
        shard.submit([place.vault.return_to_issuer(Fen(1), expires_at=later())])
        above, below = tier1.statement(), shard.statement()
        flows = [*above.standing.flows, *below.standing.flows]
        moving = sum(flow.sent_fen - flow.received_fen for flow in flows)
        kept = above.sums.issuing_vault + below.sums.vaults + below.sums.wallets + below.sums.locked
        assert above.sums.issued - above.sums.withdrawn == kept + moving


def test_a_line_to_nobody_gives_up_when_its_patience_is_over(place: Town) -> None:
    """Whoever asks hears that the ledger cannot be reached, and may send the same again later."""
    line = RemoteLine("http://127.0.0.1:9", place.network, SHARD, patience_s=0.1)

    with pytest.raises(Unavailable, match="ledger_unreachable"):
        line.sums()

    line.close()


def test_events_go_on_behind_the_one_that_was_seen_last(place: Town) -> None:
    """A reader that was cut off misses no header, and gets none twice."""
    seqs: list[int] = []
    _, wires = _payments(place, 1)
    url = f"{place.shard.url}/v1/events"

    with place.client.stream("GET", url, headers={"Last-Event-ID": "2"}) as stream:
        place.line().submit(wires)
        newest = place.line().submit(wires)[0].seq
        assert newest is not None
        for text in stream.iter_lines():
            if text.startswith("id: "):
                seqs.append(int(text.removeprefix("id: ")))
            if seqs and seqs[-1] >= newest:
                break

    assert seqs == list(range(3, seqs[-1] + 1))


def test_a_kill_in_the_middle_of_the_load_loses_no_answer(place: Town) -> None:
    """What was answered before the kill is answered the same after it, and what was not is healed by sending again."""
    wallet, wires = _payments(place, 60)
    with ThreadPoolExecutor(_CLIENTS) as pool:
        futures = _send_all(place, wires, pool)
        while sum(future.done() for future in futures) < 20:
            time.sleep(0.005)
        place.shard.kill()
        before = [future.result() for future in futures]
        place.shard.start()

        after = [future.result() for future in _send_all(place, wires, pool)]

    assert any(answer is None for answer in before)
    assert [answer["answer"] for answer in after] == ["settled"] * 60
    for first, second in zip(before, after, strict=True):
        assert first is None or (first["seq"], first["place"]) == (second["seq"], second["place"])
    assert place.balance(wallet.id) == _MONEY - 60


def test_a_clean_stop_answers_everything_that_is_under_way(place: Town) -> None:
    """Exit 0, whoever is connected and idles; nobody who was taken in is left without an answer that holds."""
    wallet, wires = _payments(place, 60)
    idle = _half_a_request(place.shard)
    with ThreadPoolExecutor(_CLIENTS) as pool:
        futures = _send_all(place, wires, pool)
        while sum(future.done() for future in futures) < 20:
            time.sleep(0.005)
        code = place.shard.stop()
        before = [future.result() for future in futures]
        place.shard.start()
        after = [future.result() for future in _send_all(place, wires, pool)]

    idle.close()
    assert code == 0
    assert {answer["answer"] for answer in after} == {"settled"}
    for first, second in zip(before, after, strict=True):
        assert first is None or first.get("answer") != "settled" or first == second
    assert place.balance(wallet.id) == _MONEY - 60


@pytest.mark.long
def test_a_full_disk_is_503_and_loses_nothing(place: Town) -> None:
    """The worker stops at the first failed write; started again with room, it has every settled payment."""
    wallet, wires = _payments(place, 64)
    place.shard.stop()
    largest = max(path.stat().st_size for path in (place.data / "ledger").rglob("*") if path.is_file())
    # Files may grow by a few KiB: some payments settle, then the disk refuses.
    place.shard.wrapper = ["prlimit", f"--fsize={largest + 4_096}"]
    place.shard.start()

    before = [_send(place, wire) for wire in wires]
    code = place.shard.wait()
    place.shard.wrapper = []
    place.shard.start()
    after = [_send(place, wire) for wire in wires]

    told = [answer["answer"] if answer and "answer" in answer else None for answer in before]
    assert "settled" in told
    assert any(answer and answer["status"] == 503 for answer in before if answer and "status" in answer)
    assert code == 3
    assert [answer and answer["answer"] for answer in after] == ["settled"] * 64
    for first, second in zip(before, after, strict=True):
        assert not first or first.get("answer") != "settled" or first == second
    assert place.balance(wallet.id) == _MONEY - 64


@pytest.mark.long
def test_two_ledgers_share_the_folder_and_an_audit_waits_for_both(place: Town) -> None:
    """An audit reads what stands still; afterwards it finds the whole life of the town sound."""
    with pytest.raises(Unavailable, match="folder_in_use"):
        Folder.open(place.data)

    place.shard.stop()
    with pytest.raises(Unavailable, match="folder_in_use"):
        Folder.open(place.data)
    place.tier1.stop()
    report = audit(place.data, RustEngine)
    place.tier1.start()
    place.shard.start()

    assert report.problems == ()
    assert len(report.ledgers) == 2


@pytest.mark.long
def test_a_ledger_without_tier_1_says_so_and_goes_on_when_it_is_back(place: Town) -> None:
    """Within the bound payments go on; the relay finds tier 1 again by itself."""
    _, wires = _payments(place, 2)

    place.tier1.kill()
    settled = _send(place, wires[0])
    place.tier1.start()

    assert settled is not None
    assert settled["answer"] == "settled"
    assert place.line(TIER1).standing().told > 0


@pytest.mark.long
def test_a_receipt_is_served_again_after_a_restart(place: Town) -> None:
    """The tree of its frame is gone from memory: it is read back from the log."""
    _, wires = _payments(place, 1)
    told = _send(place, wires[0])
    place.shard.stop()
    place.shard.start()

    again = _send(place, wires[0])

    assert told is not None
    assert again == told
    assert decode_receipt(bytes.fromhex(told["receipt"])).command == wires[0]


def test_an_operators_certificate_opens_its_own_wallets_over_a_line(place: Town) -> None:
    """The bank looks at its customer, another bank does not, and neither looks into the channel."""
    line, other = place.line(by=ONE), place.line(by=TWO)

    assert line.account(place.bakery) is not None
    assert other.account(place.bakery) is None
    for each in (line, other):
        with pytest.raises(BadInput, match="not_allowed"):
            each.crossing(TIER1)


def test_an_address_with_escapes_is_proven_as_it_was_sent(place: Town) -> None:
    """The server must not hand on another spelling than the one that was signed."""
    spaced = format_wallet_id(place.bakery).replace(" ", "%20")

    answer = place.client.get(
        f"{place.shard.url}/v1/accounts/{spaced}?of=%E4%B8%AD", auth=place.institutions.signed(ONE)
    )

    assert (answer.status_code, answer.json()["wallet"]) == (200, f"{place.bakery:016}")


@pytest.mark.long
def test_a_hundred_slow_clients_hold_up_nobody(place: Town) -> None:
    """Each sends the half of a request and waits: others are served, and the slow are cut off."""
    _, wires = _payments(place, 5)
    slow = [_half_a_request(place.shard) for _ in range(100)]

    began = time.monotonic()
    answers = [_send(place, wire) for wire in wires]
    took_s = time.monotonic() - began
    told = [each.recv(100) for each in slow]

    assert [answer and answer["answer"] for answer in answers] == ["settled"] * 5
    assert took_s < 5
    assert all(each.startswith(b"HTTP/1.1 408") for each in told)
    for each in slow:
        each.close()


def _half_a_request(process: Process) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", process.port), timeout=30)
    client.sendall(b"POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n")
    client.sendall(b"Content-Length: 200\r\n\r\n" + bytes(100))
    return client


def test_settings_that_make_no_sense_are_told_in_one_line(tmp_path: Path) -> None:
    """A process that cannot start says which key is wrong, and exits as the command line's table says."""
    settings = tmp_path / "wrong.toml"
    settings.write_text('data = "."\nport = 1\nworker_key = "w"\nmembers_key = "m"\nprot = 2\n')

    process = Process("dcep.services.tier1", settings, 1, wait=False)

    assert process.wait() == 2
    assert "bad_settings" in process.log.read_text()
    assert "prot" in process.log.read_text()
    assert "Traceback" not in process.log.read_text()
