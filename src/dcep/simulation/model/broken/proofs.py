"""A worker that believes its own append, left unfenced: the variant `unread-append`."""

from __future__ import annotations

from collections.abc import Callable

from dcep.crypto import merkle
from dcep.crypto.suites import Signer
from dcep.ids import CommandId
from dcep.ledger.engine.standing import Engine
from dcep.ledger.worker.headers import header_of, sign_header
from dcep.messages.commands.channel import Credit
from dcep.messages.frames import FIRST_HEAD, Frame
from dcep.messages.layout import Blob, Count, Hash, Key, Seq
from dcep.messages.outcomes import decode_outcomes, leaf
from dcep.messages.signed import unsigned
from dcep.simulation.model.world import World


def believe_unread(world: World) -> Callable[[Engine, Frame, Signer], None]:
    """Return what a worker does with a frame that it has appended and not read back: it proves what the frame sends."""

    def believe(engine: Engine, frame: Frame, signer: Signer) -> None:
        applied = engine.apply(frame.worker, frame.time, frame.body)
        if applied is None:
            return
        header = header_of(
            frame.network,
            frame.ledger,
            seq=Seq(1),
            head=FIRST_HEAD,
            applied=applied,
            standing=engine.standing(),
            worker=Key(signer.public),
        )
        proof = Blob(sign_header(header, signer).encode())
        ids = [CommandId(applied.ids[32 * at : 32 * at + 32]) for at in range(applied.count)]
        outcomes = decode_outcomes(applied.outcomes, applied.count)
        hashes = [merkle.leaf_hash(leaf(*entry)) for entry in zip(ids, outcomes, strict=True)]
        for index, outcome in enumerate(outcomes):
            for sent in outcome.sent:
                message = engine.outbound(sent.to, sent.n)
                if message is None:
                    continue
                order = Credit(
                    message=Blob(message),
                    command=ids[index],
                    outcome=Blob(outcome.encode()),
                    index=Count(index),
                    path=tuple(map(Hash, merkle.path(hashes, index))),
                    header=proof,
                )
                world.post(sent.to, unsigned(frame.network, order))

    return believe
