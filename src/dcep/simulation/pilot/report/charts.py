"""The charts of a report, drawn by matplotlib without a screen: one figure for each thing that is compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dcep.errors import BadInput
from dcep.messages.reports.scores import ScoreLine, ranking
from dcep.simulation.pilot.report.facts import EnvelopeFacts, PhaseFacts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Those of the consoles, which are told apart in light, in print and by whoever sees fewer colours.
COLOURS: Final = (
    "#0a6b59", "#b7791f", "#3565b5", "#a2436b", "#5f6f1f", "#6b4fb0", "#b3532a", "#4b5b54", "#1f8fa3"
)  # fmt: skip
_INK: Final = "#13201b"
_LINE: Final = "#dbe3df"
_STYLE: Final = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _INK,
    "axes.titleweight": "bold",
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _LINE,
    "legend.frameon": False,
    # The same pilot is the same file, and words in it can be searched for.
    "svg.hashsalt": "dcep",
    "svg.fonttype": "none",
}
_SIZE: Final = (8.2, 3.1)


class Chart(NamedTuple):
    """A figure, and what it shows, in words for whoever does not see it."""

    figure: Figure
    says: str


@contextmanager
def drawing() -> Iterator[None]:
    """Draw and write in the report's style: some of it counts when a figure is drawn, some when it is written.

    Raises:
        BadInput: `missing_extra`: matplotlib is not installed.
    """
    with _pyplot().rc_context(_STYLE):
        yield


def charts_of(phase: PhaseFacts) -> Iterator[Chart]:
    """Yield the charts of a phase, for whoever is `drawing`."""
    yield Chart(_points(phase), "Points of each operator in the race")
    yield Chart(_shares(phase), "Wallets in use and answers as the rules say, of each operator, per cent")
    yield Chart(_times(phase), "How long wallets waited for payments and for orders at each operator")
    yield Chart(_costs(phase), "Processor time of each operator for each movement that its customers gave")
    yield Chart(_rate(phase), "Steps that ended in each second, by trade")
    yield Chart(_spread(phase), "How long the steps of each trade took, all of them")
    yield Chart(_money(phase), "Money that moved, by trade")


def envelope_chart(facts: EnvelopeFacts) -> Chart:
    """Return the chart of the red envelopes."""
    figure, axes = _figure((8.2, 1.9))
    names = ["tickets", "given", "opened", "returned"]
    counts = [facts.commitment.tickets, facts.given, facts.opened, facts.returned]
    bars = axes.barh(names[::-1], counts[::-1], color=[COLOURS[6], COLOURS[0], COLOURS[1], COLOURS[7]])
    axes.bar_label(bars, padding=4)
    axes.set_title("Red envelopes")
    axes.set_xticks([])
    return Chart(figure, "Tickets of the draw, and red envelopes given, opened and returned")


def close(chart: Chart) -> None:
    """Let go of a figure's memory."""
    _pyplot().close(chart.figure)


def _pyplot() -> Any:
    try:
        import matplotlib as mpl  # noqa: PLC0415  an extra: who draws no chart does without
        from matplotlib import pyplot  # noqa: PLC0415
    except ImportError as error:
        step = "pip install 'dcep[report]'"
        raise BadInput("missing_extra", "charts are drawn by matplotlib, which is not here", next_step=step) from error
    mpl.use("agg")
    return pyplot


def _figure(size: tuple[float, float] = _SIZE, columns: int = 1) -> tuple[Any, Any]:
    return _pyplot().subplots(1, columns, figsize=size, layout="constrained")  # type: ignore[no-any-return]


def _points(phase: PhaseFacts) -> Figure:
    figure, axes = _figure()
    ranks = ranking(phase.board.lines)
    names = dict(zip((line.operator for line in phase.board.lines), phase.names, strict=True))
    bars = axes.barh(
        [f"{rank.place}. {names[rank.operator]}" for rank in reversed(ranks)],
        [rank.points for rank in reversed(ranks)],
        color=[COLOURS[0] if rank.place == 1 else "#9fc9bf" for rank in reversed(ranks)],
    )
    axes.bar_label(bars, padding=4)
    axes.set_title("The operators' race: points")
    axes.set_xticks([])
    return figure  # type: ignore[no-any-return]


def _shares(phase: PhaseFacts) -> Figure:
    figure, axes = _figure(columns=2)
    shares: tuple[tuple[Any, str, Callable[[ScoreLine], float]], ...] = (
        (axes[0], "Wallets in use, %", lambda line: 100 * line.active / max(1, line.wallets)),
        (axes[1], "Answers as the rules say, %", lambda line: 100 * line.kept / max(1, line.attempts)),
    )
    for place, title, share in shares:
        bars = place.bar(phase.names, [share(line) for line in phase.board.lines], color=COLOURS[2])
        place.bar_label(bars, fmt="%.0f", padding=2, fontsize=8)
        _named(place, title)
        place.set_ylim(0, 112)
    return figure  # type: ignore[no-any-return]


def _times(phase: PhaseFacts) -> Figure:
    figure, axes = _figure(columns=2)
    lines = phase.board.lines
    pairs = (
        (axes[0], "Payments, ms", [line.payment_p50 for line in lines], [line.payment_p95 for line in lines]),
        (axes[1], "Orders, ms", [line.order_p50 for line in lines], [line.order_p95 for line in lines]),
    )
    for place, title, half, most in pairs:
        at = range(len(lines))
        place.bar([x - 0.2 for x in at], _ms(half), width=0.38, color=COLOURS[0], label="half within")
        place.bar([x + 0.2 for x in at], _ms(most), width=0.38, color=COLOURS[1], label="95 of 100 within")
        place.set_xticks(list(at), phase.names)
        _named(place, title)
        place.legend(fontsize=8)
    return figure  # type: ignore[no-any-return]


def _costs(phase: PhaseFacts) -> Figure:
    figure, axes = _figure()
    bars = axes.bar(phase.names, _ms([line.cost_each for line in phase.board.lines]), color=COLOURS[5])
    axes.bar_label(bars, fmt="%.1f", padding=2, fontsize=8)
    _named(axes, "Processor time of the operator for each movement, ms")
    return figure  # type: ignore[no-any-return]


def _rate(phase: PhaseFacts) -> Figure:
    figure, axes = _figure()
    seconds, counts = phase.a_second()
    axes.stackplot(seconds, list(counts.values()), labels=list(counts), colors=COLOURS, step="post")
    axes.set_xlabel("seconds since the phase began")
    axes.legend(fontsize=8, ncols=3, loc="upper left")
    axes.set_ylim(0, 1.45 * max(map(sum, zip(*counts.values(), strict=True)), default=1))
    axes.set_title("Steps that ended in each second")
    axes.grid(axis="y")
    return figure  # type: ignore[no-any-return]


def _spread(phase: PhaseFacts) -> Figure:
    figure, axes = _figure()
    measured = {
        trade: [end.took_us / 1_000 for end in ends if end.took_us is not None]
        for trade, ends in phase.by_trade().items()
    }
    measured = {trade: times for trade, times in measured.items() if times}
    for at, (trade, times) in enumerate(measured.items()):
        ordered = sorted(times)
        shares = [(place + 1) / len(ordered) for place in range(len(ordered))]
        axes.step(ordered, shares, where="post", label=trade, color=COLOURS[at % len(COLOURS)])
    axes.set_xscale("log")
    axes.set_xlabel("ms, from the first word to the final answer")
    axes.set_ylabel("share of all")
    axes.legend(fontsize=8, loc="lower right")
    axes.set_title("How long the steps took")
    axes.grid()
    return figure  # type: ignore[no-any-return]


def _money(phase: PhaseFacts) -> Figure:
    figure, axes = _figure()
    moved = phase.moved_fen()
    bars = axes.bar(list(moved), [fen / 100 for fen in moved.values()], color=COLOURS[3])
    axes.bar_label(bars, fmt="%.0f", padding=2, fontsize=8)
    _named(axes, "Yuan that moved")
    return figure  # type: ignore[no-any-return]


def _named(axes: Any, title: str) -> None:
    axes.set_title(title)
    axes.tick_params(axis="x", labelrotation=30)
    axes.grid(axis="y")


def _ms(times: Sequence[int]) -> list[float]:
    return [time / 1_000 for time in times]
