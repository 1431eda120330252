"""The end of a run: the faults stop, everything arrives, everybody repeats until final; nothing may be left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dcep.clock import UnixMs
from dcep.ids import TIER1, CommandId, LedgerId, ledger_name
from dcep.messages.commands.payments import Cancel
from dcep.messages.layout import Number
from dcep.money import Fen, yuan
from dcep.simulation.model import relays
from dcep.simulation.model.cast import MAX_LIFE, tick
from dcep.simulation.model.judgement.laws import Law, require
from dcep.simulation.model.senders import Desk
from dcep.simulation.model.world import World

if TYPE_CHECKING:
    from dcep.simulation.model.holders import Holder
    from dcep.simulation.model.play import Play

# More rounds than any message or order needs.
_ROUNDS: Final = 40
# Time passes only in the first of them: what is given anew in the end must not expire on its way.
_LEAVING_ROUNDS: Final = 3


def heal(play: Play) -> None:
    """Stop the faults, let everything come to its end, and ask for the laws of the end.

    Raises:
        Violation: something is left open.
    """
    _mend(play.world)
    for turn in range(_ROUNDS):
        _live_on(play, is_leaving=turn < _LEAVING_ROUNDS)
        if turn >= _LEAVING_ROUNDS and _is_quiet(play) and not play.world.money.deposits.open():
            break
    _require_answered(play)
    _require_stands(play)
    _require_can_sign(play)
    carry_everything(play.world)
    _require_arrived(play.world)
    _require_landed(play)
    _require_nothing_held(play.world)
    for place in play.world.places.values():
        for worker in place.workers:
            worker.check_root(worker.engine.root() == place.reading.engine.root())


def _live_on(play: Play, *, is_leaving: bool) -> None:
    world = play.world
    world.set_time(UnixMs(world.now + MAX_LIFE // 4))
    _tell_time(world)
    for holder in play.leavers if is_leaving else []:
        holder.leave()
    for holder in play.holders:
        holder.go_on_recovering()
    play.depositors.release_what_expired()
    for shard in world.retail:
        play.central_bank.send_again(shard)
    play.central_bank.let_tier1_pass()
    # What is given anew because of an answer is sent before it expires.
    for _ in range(2):
        send_everything(play)
        let_everybody_work(world)
    carry_everything(world)


def _is_quiet(play: Play) -> bool:
    return (
        not any(desk.pending for desk in desks(play)) and not _missing(play.world) and not _unacknowledged(play.world)
    )


def desks(play: Play) -> list[Desk]:
    """Return every sender's desk."""
    banks = [desk for bank in play.banks.values() for desk in (bank.registrar, bank.vault)]
    return [*play.central_bank.desks.values(), *banks, *(desk for holder in play.holders for desk in holder.current)]


def send_everything(play: Play) -> None:
    """Let every sender send what has no final answer."""
    for desk in desks(play):
        play.world.send(desk)


def let_everybody_work(world: World) -> None:
    """Let every worker take everything in, read everything back and answer."""
    for place in world.places.values():
        while any(worker.inbox for worker in place.workers):
            for worker in place.workers:
                worker.signer = place.key_in_force()
                worker.work(world.chance, world.now, faults=False)
                place.catch_up()
        for worker in place.workers:
            worker.fold(len(place.log.frames))
            worker.read_history(worker.seq)


def carry_everything(world: World) -> None:
    """Carry every message and acknowledgement until nothing is on its way that can arrive."""
    pairs = [(source, peer) for source in world.ledgers for peer in world.ledgers if source != peer]
    while any(_carry(world, source, peer) for source, peer in pairs):
        pass


def _carry(world: World, source: LedgerId, peer: LedgerId) -> bool:
    """Bring what waits between two ledgers; any key that the source's workers ever had may be the one in force."""
    here, there = world.places[source].reading, world.places[peer].reading
    waits = there.traffic.taken[source] < here.traffic.sent_count[peer]
    can_ack = there.engine.acked(source) < here.traffic.taken[peer] <= there.traffic.sent_count[source]
    if not waits and not can_ack:
        return False
    before = (there.traffic.taken[source], there.engine.acked(source))
    for key in reversed(world.places[source].keys):
        for n in range(there.traffic.taken[source] + 1, here.traffic.sent_count[peer] + 1):
            wire = relays.credit(world, source, peer, n, key)
            if wire is not None:
                world.places[peer].workers[0].inbox.append((wire, None))
        if can_ack:
            world.places[peer].workers[0].inbox.append((relays.ack(world, here.shelf.headers[-1], key), None))
        let_everybody_work(world)
        if (there.traffic.taken[source], there.engine.acked(source)) != before:
            return True
    return False


def _mend(world: World) -> None:
    for place in world.places.values():
        while place.log.late:
            place.log.arrive(world.chance)
        place.catch_up()
        for worker in place.workers:
            worker.is_cut_off, worker.clock_error = False, 0
    let_everybody_work(world)


def _tell_time(world: World) -> None:
    for ledger in world.ledgers:
        world.post(ledger, tick(world.known.network, world.now))
    let_everybody_work(world)


# The laws of the end.


def _require_answered(play: Play) -> None:
    known = play.world.known
    for desk in desks(play):
        labels = ", ".join(known.label(identity) for identity in desk.pending)
        require(
            not desk.pending,
            Law.ANSWERED,
            f"{known.name(desk.account)} still waits for an answer to {labels}",
            *desk.pending,
        )


def _missing(world: World) -> bool:
    tier1 = world.places[TIER1].reading
    return any(world.places[shard].reading.traffic.missing(tier1.traffic) for shard in world.retail)


def _unacknowledged(world: World) -> bool:
    """Return whether tier 1 and a shard do not agree on how many messages there were."""
    tier1 = world.places[TIER1].reading
    taken = {shard: world.places[shard].reading.traffic.taken[TIER1] for shard in world.retail}
    sent = tier1.traffic.sent_count
    return any(not tier1.engine.acked(shard) == sent[shard] == taken[shard] for shard in world.retail)


def _require_stands(play: Play) -> None:
    world = play.world
    tier1 = world.places[TIER1].reading
    for shard in world.retail:
        reading = world.places[shard].reading
        missing = reading.traffic.missing(tier1.traffic)
        labels = ", ".join(world.known.label(command.id) for command in missing)
        require(not missing, Law.STANDS, f"{labels} never came to stand on {reading.name}", *(c.id for c in missing))
        here, there = reading.engine.standing(), tier1.engine.standing()
        require(
            (here.board, here.rules) == (there.board, there.rules),
            Law.STANDS,
            f"{reading.name} has board {here.board} and rules {here.rules}, tier 1 has {there.board} and {there.rules}",
            shard,
        )


def _require_can_sign(play: Play) -> None:
    """Let every holder sign under the number that its own rule gives, then three numbers backwards in one frame."""
    places = play.world.places
    holders = [
        holder for holder in play.holders if places[holder.home].reading.engine.account(holder.wallet) is not None
    ]
    waiting = holders
    # A number that was used up unseen is known after the first answer, and the next one must do.
    for _ in range(2):
        waiting = _sign_next(play.world, waiting)
    known = play.world.known
    for holder in waiting:
        name = known.name(holder.wallet)
        require(False, Law.NOT_LOCKED_OUT, f"nothing that {name} signs is taken", holder.wallet)
    _require_any_order(play.world, holders)


def _sign_next(world: World, holders: list[Holder]) -> list[Holder]:
    """Let these holders sign, and return those of whom nothing was taken."""
    expires_at = UnixMs(world.now + MAX_LIFE // 2)
    given = [(holder, holder.desk.give(Cancel(), expires_at)) for holder in holders if not holder.desk.is_busy]
    for holder, _ in given:
        world.send(holder.desk)
    if given:
        let_everybody_work(world)
    taken = [holder for holder, identity in given if identity in world.known.consumed]
    return [holder for holder in holders if holder not in taken]


def _require_any_order(world: World, holders: list[Holder]) -> None:
    """Give three cancels of each holder backwards: the window takes them all."""
    known, expires_at = world.known, UnixMs(world.now + MAX_LIFE // 2)
    given: list[tuple[Holder, int, CommandId]] = []
    for holder in holders:
        desk, place = holder.desk, world.places[holder.home]
        start, _, _ = place.reading.engine.window(holder.wallet, desk.lane)
        for number in (start + 3, start + 2, start + 1):
            identity = desk.give(Cancel(), expires_at, number=number)
            place.workers[0].inbox.append((desk.pending[identity].wire, desk.hear))
            given.append((holder, number, identity))
    let_everybody_work(world)
    for holder, number, identity in given:
        name = known.name(holder.wallet)
        is_taken = identity in known.consumed
        require(is_taken, Law.ANY_ORDER, f"number {number} of {name}, given backwards, is not taken", identity)


def _require_arrived(world: World) -> None:
    for source in world.ledgers:
        for peer in world.ledgers:
            if source == peer:
                continue
            sent = relays.flow_of(world.places[source].reading, peer)
            came = relays.flow_of(world.places[peer].reading, source)
            acked = world.places[source].reading.engine.acked(peer)
            require(
                (sent.sent, sent.sent_fen, acked) == (came.received, came.received_fen, sent.sent),
                Law.ARRIVED,
                f"{ledger_name(source)} sent {sent.sent} messages with {yuan(Fen(sent.sent_fen))} yuan to "
                f"{ledger_name(peer)}, where {came.received} came with {yuan(Fen(came.received_fen))}; "
                f"{acked} are acknowledged",
                *_stuck(world, source, peer, came.received + 1),
            )


def _stuck(world: World, source: LedgerId, peer: LedgerId, n: int) -> tuple[object, ...]:
    """Return the command whose message is the first that has not come."""
    traffic = world.places[source].reading.traffic
    sending = traffic.sent.get((peer, Number(n)))
    return () if sending is None else traffic.about(world.known.message(sending.message))[:1]


def _require_nothing_held(world: World) -> None:
    for hold, deposit in world.money.deposits.open().items():
        label, held = world.known.label(hold), yuan(deposit.left)
        require(False, Law.NOTHING_HELD, f"{held} yuan of {label} are on hold for ever", hold)


def _require_landed(play: Play) -> None:
    known = play.world.known
    for holder in play.holders:
        view = play.world.places[holder.home].reading.engine.account(holder.wallet)
        if view is None:
            continue
        name, held = known.name(holder.wallet), view.balance + view.locked
        require(
            view.in_flight == 0,
            Law.LANDED,
            f"{yuan(view.in_flight)} yuan of {name} are in flight for ever",
            holder.wallet,
        )
        require(
            not (view.closed and held),
            Law.CLOSED_EMPTY,
            f"{name} is closed and holds {yuan(Fen(held))} yuan",
            holder.wallet,
        )
