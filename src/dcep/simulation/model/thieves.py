"""Whoever means harm: wallets that sign what they may not, a stolen key of tier 1's workers, holders of old bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from dcep.crypto import merkle
from dcep.crypto.suites import Signer
from dcep.ids import TIER1, CommandId, LedgerId
from dcep.ledger.worker.headers import sign_header
from dcep.messages.commands.channel import Ack, Credit, Resend
from dcep.messages.commands.issuance import Allocate, lane_to
from dcep.messages.commands.payments import Pay
from dcep.messages.crossings import Message, OfficersOrder, Payment, digest_of, encode_message
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.headers import Header
from dcep.messages.layout import Blob, Count, Epoch, Hash, Key, LockId, Number
from dcep.messages.outcomes import Outcome, Sent, Status, leaf
from dcep.messages.signed import Body, Command, decode, unsigned
from dcep.money import Fen
from dcep.simulation.model.cast import OPERATORS, Guard, board, signed_by
from dcep.simulation.model.holders import Holder
from dcep.simulation.model.judgement.situations import Situation
from dcep.simulation.model.world import World

_FORGED: Final = CommandId(b"forged".ljust(32, b"\0"))


# Wallets.


def cheat(world: World, holder: Holder, others: list[Any]) -> None:
    """Let a holder sign what an honest one does not."""
    desk, chance = holder.desk, world.chance
    if desk is not holder.desks[0] or desk.is_busy:
        return
    what = chance.random()
    if what < 0.35:
        _sign_twice(world, holder, others)
    elif what < 0.65:
        _sign_far(world, holder, chance.choice((64, 64, 65, 1_000)))
    elif what < 0.8:
        world.known.saw(Situation.LIVED_TOO_LONG)
        holder.purchases.buy(desk, holder.payment(others), world.new_purchase(), world.far())
    else:
        _alter_a_signature(world, holder, others)
    world.send(desk)


def _sign_twice(world: World, holder: Holder, others: list[Any]) -> None:
    """Sign a trifle and a purchase under one number, and show each to another worker."""
    desk = holder.desk
    number = desk.take_number()
    world.known.saw(Situation.SIGNED_TWICE)
    workers = world.places[holder.home].workers
    trifle = Pay(receiver=world.chance.choice(others), amount=Fen(1))
    for order, worker in zip((trifle, holder.payment(others)), workers, strict=True):
        identity = desk.give(order, world.soon(), memo=world.new_purchase(), number=number)
        worker.inbox.append((desk.pending[identity].wire, desk.hear))


def _sign_far(world: World, holder: Holder, ahead: int) -> None:
    """Sign a number far ahead: 64 is taken and moves the window by its whole width, more is too far."""
    view = world.view(holder.home, holder.wallet)
    if view is None:
        return
    world.known.saw(Situation.SIGNED_FAR)
    desk = holder.desk
    identity = desk.give(Pay(receiver=holder.wallet, amount=Fen(1)), world.soon(), number=view.high + ahead)
    # No recovery promises anything about numbers that no honest device signs.
    desk.signed.remove(identity)


def _alter_a_signature(world: World, holder: Holder, others: list[Any]) -> None:
    """Bring the bytes of a payment with another signature, which does not hold, before the payment itself."""
    desk = holder.desk
    identity = holder.purchases.buy(desk, holder.payment(others), world.new_purchase(), world.soon())
    wire = desk.pending[identity].wire
    world.known.saw(Situation.MALLEATED)
    world.post(holder.home, wire[:-1] + bytes((wire[-1] ^ 0x10,)), desk.hear)


# Holders of old bytes.


def bring_old_bytes(world: World) -> None:
    """Let somebody who kept bytes bring them again, to any ledger; officers' orders also to be sent again."""
    known, chance = world.known, world.chance
    if not known.wires:
        return
    known.saw(Situation.OLD_BYTES)
    recent = known.wires[-40:] if chance.random() < 0.5 else known.wires
    for wire in chance.choices(recent, k=3):
        command: Command = decode(wire, known.network)
        if command.body.account == ISSUING_VAULT:
            shard = getattr(command.body.order, "shard", chance.choice(world.retail))
            world.post(TIER1, unsigned(known.network, Resend(shard=shard, order=Blob(wire))))
        home = next((place for place in world.ledgers if _lives(world, command, place)), chance.choice(world.ledgers))
        world.post(home if chance.random() < 0.8 else chance.choice(world.ledgers), wire, _listen)


def _listen(command: CommandId, outcome: Outcome) -> None:
    """Hear an answer: whoever asks, the final answers to one body must agree."""


def _lives(world: World, command: Command, ledger: LedgerId) -> bool:
    return world.places[ledger].reading.engine.account(command.body.account) is not None


# A stolen key of tier 1's workers.


def forge(world: World) -> None:
    """Sign a message that tier 1 never sent, or an acknowledgement, with a stolen key."""
    if not world.has_thief:
        return
    chance = world.chance
    shard, key = chance.choice(world.retail), chance.choice(world.places[TIER1].keys)
    if chance.random() < 0.2:
        world.known.saw(Situation.FORGED_ACK)
        reading = world.places[shard].reading
        sent = reading.traffic.sent_count[TIER1]
        header = _header(world, shard, key, Hash(bytes(32)), received=sent)
        world.post(shard, unsigned(world.known.network, Ack(header=Blob(header))))
        return
    n = Number(world.places[shard].reading.traffic.taken[TIER1] + 1)
    message = Message(source=TIER1, destination=shard, n=n, content=_content(world, shard))
    world.post(shard, _credit(world, shard, key, message))


def _content(world: World, shard: LedgerId) -> Any:
    """Return an allocation without the officers' signatures, what is no order at all, or an order once more."""
    chance, reading = world.chance, world.places[TIER1].reading
    what = chance.random()
    sent = [sending for (peer, _), sending in reading.traffic.sent.items() if peer == shard or what > 0.9]
    if what > 0.5 and sent:
        world.known.saw(Situation.FORGED_REPEAT)
        return world.known.message(chance.choice(sent).message).content
    if what > 0.4:
        # A thief may hold what officers have signed and tier 1 has not judged: that is in the threat model, not here.
        recent = world.known.wires[-40:]
        wallets = [wire for wire in recent if decode(wire, world.known.network).body.account != ISSUING_VAULT]
        return OfficersOrder(order=Blob(chance.choice([*wallets, b"no order"])))
    if what > 0.3:
        payment = {"payer": ISSUING_VAULT, "receiver": chance.choice(list(world.known.names)), "amount": Fen(100)}
        return Payment(**payment, command=_FORGED, day=0)  # type: ignore[arg-type]
    return OfficersOrder(order=Blob(_unsigned_allocation(world, shard)))


def _unsigned_allocation(world: World, shard: LedgerId) -> bytes:
    """Return an allocation that names the board in force, signed by others, or that names others."""
    chance = world.chance
    standing = world.places[shard].reading.engine.standing()
    policy, _ = board(standing.board)
    _, others = board(99)
    if chance.random() < 0.5:
        policy, others = board(99)
    order = Allocate(shard=shard, operator=chance.choice(OPERATORS), amount=Fen(500), lock=LockId(b"forged".ljust(16)))
    body = Body(
        account=ISSUING_VAULT,
        lane=lane_to(shard),
        number=Number(standing.vault_high + 1),
        expires_at=world.soon(),
        epoch=Epoch(standing.board),
        order=order,
    )
    return signed_by(world.known.network, body, Guard(policy=policy, signers=others, epoch=standing.board))


def _credit(world: World, shard: LedgerId, key: Signer, message: Message) -> bytes:
    """Return a credit whose proof holds, for whoever trusts the key."""
    data = encode_message(world.known.network, message)
    world.known.forged.add(data)
    outcome = Outcome(status=Status.SETTLED, sent=(Sent(to=shard, n=message.n, digest=digest_of(data)),))
    root = Hash(merkle.root([leaf(_FORGED, outcome)]))
    header = _header(world, shard, key, root, received=0)
    order = Credit(
        message=Blob(data),
        command=_FORGED,
        outcome=Blob(outcome.encode()),
        index=Count(0),
        path=(),
        header=Blob(header),
    )
    return unsigned(world.known.network, order)


def _header(world: World, shard: LedgerId, key: Signer, root: Hash, *, received: int) -> bytes:
    """Return a header of tier 1 as the thief wishes it, signed."""
    true: Header = world.places[TIER1].reading.shelf.headers[-1]
    flows = tuple(
        replace(flow, received=Number(received), sent=Number(0)) if flow.peer == shard else flow for flow in true.flows
    )
    header = replace(true, outcomes_root=root, count=Count(1), flows=flows, worker=Key(key.public))
    return sign_header(header, key).encode()
