"""The state in canonical chunks, and its root: the RFC 6962 root over them.

Chunk 0 is the ledger as a whole, 1 its channels, 2 its operators, 3 what few accounts need; then the accounts in
opening order, 1,024 a chunk. A snapshot is these chunks; both engines write the same bytes, which
docs/reference/log-format.md describes.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Sequence
from typing import Final

from dcep.clock import Day, UnixMs
from dcep.crypto import merkle
from dcep.ids import CommandId, LedgerId, OperatorId, PolicyHash, WalletId
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book, Holding, Lock, OpenAllocation, Operator
from dcep.ledger.engine.channels import Channel
from dcep.ledger.engine.held import Hold
from dcep.ledger.engine.lanes import Window
from dcep.ledger.engine.rule_sets import RuleSets
from dcep.ledger.engine.shard_time import ShardTime
from dcep.messages import layout
from dcep.messages.commands.conditions import read_condition
from dcep.messages.commands.governance import Rules
from dcep.messages.genesis import Genesis
from dcep.messages.headers import Flow
from dcep.messages.layout import Hash, Key, Lane, LockId, Malformed, Number, Reader, Version
from dcep.messages.policies import read_policy
from dcep.messages.signed import MAX_NUMBER
from dcep.money import Fen

ACCOUNTS_A_CHUNK: Final = 1_024
_ACCOUNT: Final = struct.Struct(">Q32sIBBIQQQQIQIQQ")


def root(book: Book) -> Hash:
    """Return the root of the whole state."""
    return Hash(merkle.root(chunks(book)))


def chunks(book: Book) -> list[bytes]:
    """Return the whole state in canonical bytes."""
    places = range(0, len(book.accounts), ACCOUNTS_A_CHUNK)
    accounts = [b"".join(map(_account, book.accounts[at : at + ACCOUNTS_A_CHUNK])) for at in places]
    return [_whole(book), _channels(book), _operators(book), _sides(book), *accounts]


def restore(genesis: Genesis, ledger: LedgerId, data: Sequence[bytes]) -> Book:
    """Return the book whose chunks these are.

    Raises:
        Malformed: they are not the chunks of a state of this ledger.
    """
    if len(data) < 4:
        raise Malformed("a state has at least four chunks")
    book = Book(genesis, ledger)
    for chunk, read in zip(data, (_read_whole, _read_channels, _read_operators, _read_sides), strict=False):
        reader = Reader(chunk)
        read(book, reader)
        reader.finish()
    if not book.is_tier1 and _holds_what_tier1_keeps(book):
        raise Malformed("a shard keeps no table that only tier 1 fills")
    # A state has one encoding: no row stands out of order, or twice.
    if [_whole(book), _channels(book), _operators(book), _sides(book)] != list(data[:4]):
        raise Malformed("these are not the canonical bytes of a state")
    _read_accounts(book, data[4:])
    if not all(book.account(hold.payer) for _, hold in book.held.rows()):
        raise Malformed("money is held for a payer who is not here")
    return book


def _holds_what_tier1_keeps(book: Book) -> bool:
    return bool(book.issued or book.withdrawn or book.holdings or book.open_allocations or book.enacted)


def flows(book: Book) -> tuple[Flow, ...]:
    """Return the counters of every channel, by peer, as signed headers show them."""
    return tuple(
        Flow(
            peer=channel.peer,
            sent=channel.sent,
            sent_fen=layout.Sum(channel.sent_fen),
            received=channel.received,
            received_fen=layout.Sum(channel.received_fen),
        )
        for channel in _by_peer(book)
    )


def _by_peer(book: Book) -> list[Channel]:
    return [book.channels[peer] for peer in sorted(book.channels)]


def _u(size: int, *values: int) -> bytes:
    return b"".join(value.to_bytes(size) for value in values)


def _table(rows: Iterable[bytes]) -> bytes:
    """Return a count (u32) and the rows."""
    rows = list(rows)
    return _u(4, len(rows)) + b"".join(rows)


# Chunk 0: time, rules, board, workers, totals, the window of the issuing vault's lane.


def _whole(book: Book) -> bytes:
    rules, window = book.rules, book.vault_window
    workers = (
        _u(2, ledger) + _u(4, version) + _table(keys) for ledger, (version, keys) in sorted(book.workers.items())
    )
    return b"".join(
        (
            _u(8, book.time.now, book.time.told),
            _u(4, rules.version) + _u(8, rules.longest_life) + layout.encode(rules.in_force),
            _table(map(layout.encode, rules.scheduled)),
            _u(4, book.board_version) + book.board.encode(),
            _table(workers),
            _u(16, book.issued, book.withdrawn, book.total),
            _u(8, book.alarms, window.high, window.used, window.settled),
        )
    )


def _read_whole(book: Book, reader: Reader) -> None:
    now, told = UnixMs(reader.integer(8)), UnixMs(reader.integer(8))
    book.time = ShardTime(now, told)
    version, longest_life = Version(reader.integer(4)), UnixMs(reader.integer(8))
    book.rules = RuleSets(layout.read(Rules, reader))
    book.rules.version, book.rules.longest_life = version, longest_life
    book.rules.scheduled = [layout.read(Rules, reader) for _ in range(reader.integer(4))]
    board_version = Version(reader.integer(4))
    book.set_board(read_policy(reader), board_version)
    book.workers = {}
    for _ in range(reader.integer(4)):
        ledger, version = LedgerId(reader.integer(2)), Version(reader.integer(4))
        book.workers[ledger] = version, tuple(Key(reader.take(32)) for _ in range(reader.integer(4)))
    book.issued, book.withdrawn, book.total = (reader.integer(16) for _ in range(3))
    book.alarms = reader.integer(8)
    book.vault_window = _window(*(reader.integer(8) for _ in range(3)))


# Chunk 1: channels by peer, each with what it has sent and not heard of.


def _channels(book: Book) -> bytes:
    return _table(
        _u(2, channel.peer)
        + _u(8, channel.sent, channel.acked, channel.received)
        + _u(16, channel.sent_fen, channel.received_fen)
        + _u(4, channel.peer_board, channel.peer_workers, channel.peer_rules)
        + b"".join(_u(2, len(message)) + message for message in channel.outbound.values())
        for channel in _by_peer(book)
    )


def _read_channels(book: Book, reader: Reader) -> None:
    """Read the channels: every peer of the genesis has one, and nobody else."""
    peers, book.channels = set(book.channels), {}
    for _ in range(reader.integer(4)):
        channel = Channel(LedgerId(reader.integer(2)))
        channel.sent, channel.acked, channel.received = (Number(reader.integer(8)) for _ in range(3))
        channel.sent_fen, channel.received_fen = (reader.integer(16) for _ in range(2))
        channel.peer_board, channel.peer_workers, channel.peer_rules = (Version(reader.integer(4)) for _ in range(3))
        for n in range(channel.acked + 1, channel.sent + 1):
            channel.outbound[Number(n)] = reader.take(reader.integer(2))
        book.channels[channel.peer] = channel
    if book.channels.keys() != peers:
        raise Malformed("these are not the channels of this ledger")


# Chunk 2: operators by (operator, shard), holdings by operator, suspense by operator.


def _operators(book: Book) -> bytes:
    seats = (
        _u(2, operator, shard) + _u(4, seat.version) + _u(1, seat.status) + _u(8, seat.registrar, seat.vault)
        for (operator, shard), seat in sorted(book.operators.items())
    )
    holdings = (
        _u(2, operator) + _u(16, holding.in_vault, holding.allocated, holding.returned)
        for operator, holding in sorted(book.holdings.items())
    )
    suspense = (_u(2, operator) + _u(16, amount) for operator, amount in sorted(book.suspense.items()))
    return _table(seats) + _table(holdings) + _table(suspense)


def _read_operators(book: Book, reader: Reader) -> None:
    for _ in range(reader.integer(4)):
        key = OperatorId(reader.integer(2)), LedgerId(reader.integer(2))
        version, status = Version(reader.integer(4)), reader.integer(1)
        registrar, vault = WalletId(reader.integer(8)), WalletId(reader.integer(8))
        book.operators[key] = Operator(version=version, status=status, registrar=registrar, vault=vault)
    for _ in range(reader.integer(4)):
        operator = OperatorId(reader.integer(2))
        in_vault, allocated, returned = (reader.integer(16) for _ in range(3))
        book.holdings[operator] = Holding(in_vault=in_vault, allocated=allocated, returned=returned)
    for _ in range(reader.integer(4)):
        operator = OperatorId(reader.integer(2))
        book.suspense[operator] = reader.integer(16)


# Chunk 3: lanes beyond the first, locked money, locks, open allocations, orders obeyed; open holds, if any.


def _sides(book: Book) -> bytes:
    lanes = (
        _u(8, wallet) + _u(2, lane) + _u(8, window.high, window.used, window.settled)
        for (wallet, lane), window in sorted(book.lanes.items(), key=lambda entry: entry[0])
    )
    locked = (_u(8, wallet, amount) for wallet, amount in sorted(book.locked.items()))
    locks = (
        lock_id + _u(2, lock.operator) + _u(8, lock.amount) + _u(1, lock.is_spent)
        for lock_id, lock in sorted(book.locks.items())
    )
    allocations = (
        _u(2, shard) + _u(8, number, entry.n) + _u(2, entry.operator) + _u(8, entry.amount) + entry.lock
        for (shard, number), entry in sorted(book.open_allocations.items())
    )
    # A state without holds has the bytes, and the root, that it had before there were any.
    holds = [_table(itertools.starmap(_hold, book.held.rows()))] if len(book.held) else []
    return b"".join((*map(_table, (lanes, locked, locks, allocations, sorted(book.enacted))), *holds))


def _hold(hold_id: CommandId, hold: Hold) -> bytes:
    money = _u(8, hold.payer, hold.receiver, hold.amount, hold.captured, hold.until) + _u(4, hold.day)
    return hold_id + money + hold.capture_if.encode() + hold.release_if.encode()


def _read_sides(book: Book, reader: Reader) -> None:
    for _ in range(reader.integer(4)):
        wallet, lane = WalletId(reader.integer(8)), Lane(reader.integer(2))
        book.lanes[wallet, lane] = _window(*(reader.integer(8) for _ in range(3)))
    for _ in range(reader.integer(4)):
        wallet = WalletId(reader.integer(8))
        book.locked[wallet] = reader.integer(8)
    for _ in range(reader.integer(4)):
        lock_id, operator = LockId(reader.take(16)), OperatorId(reader.integer(2))
        book.locks[lock_id] = Lock(operator=operator, amount=Fen(reader.integer(8)), is_spent=bool(reader.integer(1)))
    for _ in range(reader.integer(4)):
        key = LedgerId(reader.integer(2)), Number(reader.integer(8))
        n, operator = Number(reader.integer(8)), OperatorId(reader.integer(2))
        amount, lock_id = Fen(reader.integer(8)), LockId(reader.take(16))
        book.open_allocations[key] = OpenAllocation(n=n, operator=operator, amount=amount, lock=lock_id)
    book.enacted = {CommandId(reader.take(32)) for _ in range(reader.integer(4))}
    if not reader.is_empty:
        for _ in range(reader.integer(4)):
            book.held.add(CommandId(reader.take(32)), _read_hold(reader))


def _read_hold(reader: Reader) -> Hold:
    payer, receiver = WalletId(reader.integer(8)), WalletId(reader.integer(8))
    amount, captured = Fen(reader.integer(8)), Fen(reader.integer(8))
    if captured >= amount:
        raise Malformed("a hold of which nothing is left is over")
    return Hold(
        payer=payer,
        receiver=receiver,
        amount=amount,
        captured=captured,
        until=UnixMs(reader.integer(8)),
        day=Day(reader.integer(4)),
        capture_if=read_condition(reader),
        release_if=read_condition(reader),
    )


# Chunks 4 and up: accounts, 114 bytes each.


def _read_accounts(book: Book, data: Sequence[bytes]) -> None:
    book.forget_accounts()
    for place, chunk in enumerate(data, start=1):
        count, rest = divmod(len(chunk), _ACCOUNT.size)
        is_full = count == ACCOUNTS_A_CHUNK or (place == len(data) and 0 < count < ACCOUNTS_A_CHUNK)
        if rest or not is_full:
            raise Malformed("a chunk of accounts is cut, or not the last and not full")
        for fields in _ACCOUNT.iter_unpack(chunk):
            book.adopt(_read_account(fields))
    if len({account.wallet for account in book.accounts}) < len(book.accounts):
        raise Malformed("an account stands twice")


def _account(account: Account) -> bytes:
    window = account.window
    return _ACCOUNT.pack(
        account.wallet,
        account.policy,
        account.epoch,
        account.wallet_class,
        account.flags,
        account.standing,
        account.balance,
        window.high,
        window.used,
        window.settled,
        account.day,
        account.spent_day,
        account.year,
        account.spent_year,
        account.in_flight,
    )


def _read_account(fields: tuple[int, ...]) -> Account:
    account = Account(WalletId(fields[0]), fields[3], PolicyHash(fields[1]))  # type: ignore[arg-type]  # bytes by the shape
    (account.epoch, _, account.flags, account.standing, account.balance) = fields[2:7]  # type: ignore[assignment]
    account.window = _window(*fields[7:10])
    (account.day, account.spent_day, account.year, account.spent_year, account.in_flight) = fields[10:]  # type: ignore[assignment]
    return account


def _window(high: int, used: int, settled: int) -> Window:
    if high > MAX_NUMBER:
        raise Malformed("a number has 48 bits")
    return Window(high, used, settled)
