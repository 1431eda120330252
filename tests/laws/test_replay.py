"""Replay: the state is a function of the log, and a copied frame or a snapshot changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.ids import TIER1
from dcep.messages.outcomes import Status, decode_outcomes
from tests.laws.histories import histories, lived, quick
from tests.network import ENGINES

COUNTED = (Status.SETTLED, Status.REFUSED)


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(history=histories)
def test_the_same_frames_give_the_same_root(engine: str, history: list[str]) -> None:
    """On either engine: a replica that starts from the log signs the same headers."""
    network = lived(ENGINES[engine], history)

    for ledger, place in network.ledgers.items():
        for other in ("python",) if ledger == TIER1 else ENGINES:
            replica = ENGINES[other](network.genesis_bytes, ledger)
            applied = [replica.apply(frame.worker, frame.time, frame.body) for frame in place.log]
            roots = [each.root for each in applied if each is not None]
            assert roots == [header.header.outcomes_root for header in place.headers]
            assert replica.root() == place.engine.root()


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(history=histories, data=st.data())
def test_a_frame_copied_to_a_later_place_changes_nothing_that_counted(
    engine: str, history: list[str], data: st.DataObject
) -> None:
    """The worker signs a frame, not its place: whoever holds old bytes may append them again."""
    network = lived(ENGINES[engine], history)
    ledger = data.draw(st.sampled_from(sorted(network.ledgers)))
    place = network.ledgers[ledger]
    replica = ENGINES["python"](network.genesis_bytes, ledger)
    counted = [
        frame
        for frame in place.log
        if (applied := replica.apply(frame.worker, frame.time, frame.body)) is not None
        and all(outcome.status in COUNTED for outcome in decode_outcomes(applied.outcomes, applied.count))
    ]

    before = place.engine.chunks()
    for frame in data.draw(st.lists(st.sampled_from(counted), max_size=6)):
        network.append_frame(frame, place.worker)

    assert place.engine.chunks() == before


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(before=histories, after=histories)
def test_a_start_from_a_snapshot_goes_on_the_same(engine: str, before: list[str], after: list[str]) -> None:
    """The chunks are the whole state: nothing that a later answer depends on is left out of them."""
    network = lived(ENGINES[engine], before)

    for ledger, place in network.ledgers.items():
        chunks = place.engine.chunks()
        for other in ("python",) if ledger == TIER1 else ENGINES:
            assert ENGINES[other](network.genesis_bytes, ledger, chunks).chunks() == chunks

    whole = lived(ENGINES[engine], [*before, *after])
    for ledger, place in whole.ledgers.items():
        cut = len(network.ledgers[ledger].log)
        restored = ENGINES["python" if ledger == TIER1 else engine](
            network.genesis_bytes, ledger, network.ledgers[ledger].engine.chunks()
        )
        for frame in place.log[cut:]:
            restored.apply(frame.worker, frame.time, frame.body)
        assert restored.chunks() == place.engine.chunks()
