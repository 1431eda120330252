"""A report as a page that needs no other file, and as a PDF: the same tables and charts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final

from dcep.clock import date_text, day_of
from dcep.durable import build_durably
from dcep.messages.reports.gate import is_passed, judge
from dcep.messages.reports.scores import ranking
from dcep.money import Fen, yuan
from dcep.simulation.pilot.report.charts import Chart, charts_of, close, drawing, envelope_chart
from dcep.simulation.pilot.report.facts import EnvelopeFacts, Facts, PhaseFacts

_STYLE: Final = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
_HEAD: Final = (
    "operator", "points", "in use", "as the rules say", "payments p50/p95", "orders p50/p95", "cost each", "moved"
)  # fmt: skip


def write_report(folder: Path, facts: Facts) -> list[Path]:
    """Write `report.html` and `report.pdf` into a folder, and return them.

    Raises:
        BadInput: `missing_extra`: matplotlib is not installed.
        Unavailable: the disk refused.
    """
    with drawing():
        charts = {int(phase.board.phase): list(charts_of(phase)) for phase in facts.phases}
        envelopes = None if facts.envelopes is None else envelope_chart(facts.envelopes)
        made = {"report.html": _page(facts, charts, envelopes), "report.pdf": _pdf(facts, charts, envelopes)}
        for chart in [chart for each in charts.values() for chart in each] + ([envelopes] if envelopes else []):
            close(chart)
    for name, data in made.items():
        build_durably(folder / name, data, at=(folder / name).with_suffix(".new"))
    return [folder / name for name in made]


def rows_of(phase: PhaseFacts) -> Iterator[list[str]]:
    """Yield the race as rows of a table, whoever leads first."""
    lines = dict(zip((line.operator for line in phase.board.lines), phase.board.lines, strict=True))
    names = dict(zip((line.operator for line in phase.board.lines), phase.names, strict=True))
    for rank in ranking(phase.board.lines):
        line = lines[rank.operator]
        yield [
            f"{rank.place}. {names[rank.operator]}",
            str(rank.points),
            f"{line.active} of {line.wallets}",
            f"{line.kept} of {line.attempts}",
            f"{line.payment_p50 // 1_000} / {line.payment_p95 // 1_000} ms",
            f"{line.order_p50 // 1_000} / {line.order_p95 // 1_000} ms",
            f"{line.cost_each / 1_000:.1f} ms",
            f"{yuan(Fen(line.moved))}",
        ]


# The page.


def _page(facts: Facts, charts: dict[int, list[Chart]], envelopes: Chart | None) -> bytes:
    body = [f"<h1>The pilot</h1><p class=soft>{escape(_subtitle(facts))}</p>"]
    for phase in facts.phases:
        body.append(f"<h2>Phase {phase.board.phase}</h2>")
        body.append(f"<section>{_table('The race', _HEAD, rows_of(phase))}</section>")
        body.append(f"<section>{_gate(phase)}</section>")
        body.extend(_drawn(chart) for chart in charts[phase.board.phase])
        body.append(f"<section>{_proof(phase)}</section>")
        if phase.board.phase == 2 and facts.envelopes and envelopes:
            body.append(f"<h2>Red envelopes</h2><section>{_envelopes(facts.envelopes)}</section>{_drawn(envelopes)}")
    text = (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>The pilot</title>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>{''.join(body)}</main></body></html>\n"
    )
    return text.encode()


def _subtitle(facts: Facts) -> str:
    cities = " and ".join(str(city).capitalize() for city in facts.options.get("cities", ()))
    scale, seed = facts.options.get("scale"), facts.options.get("seed")
    days = sorted({date_text(day_of(phase.board.began_at)) for phase in facts.phases})
    return f"{cities}, one wallet for {scale:,} people, seed {seed}; played on {' and '.join(days) or 'no day yet'}"


def _table(caption: str, head: Any, rows: Any) -> str:
    cells = "".join(f"<th scope=col>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def _gate(phase: PhaseFacts) -> str:
    rows = "".join(
        f"<tr><td>{escape(each.name)}</td><td>{escape(each.seen)}</td><td>{escape(each.wanted)}</td>"
        f"<td class={'yes' if each.passed else 'no'}>{'yes' if each.passed else 'no'}</td></tr>"
        for each in judge(phase.board)
    )
    verdict = "passed" if is_passed(phase.board) else "not passed"
    head = "".join(f"<th scope=col>{name}</th>" for name in ("", "seen", "wanted", "held"))
    return f"<table><caption>The gate: {verdict}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _drawn(chart: Chart) -> str:
    text = io.StringIO()
    chart.figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    return f'<figure role="img" aria-label="{escape(chart.says)}">{svg[svg.index("<svg") :]}</figure>'


def _proof(phase: PhaseFacts) -> str:
    board = phase.board
    answers = ", ".join(f"{answer} {count:,}" for answer, count in sorted(phase.answers().items()))
    return (
        f"<p>{len(phase.ends):,} steps: {escape(answers)}.</p>"
        f"<p class=soft>Computed from {board.movements:,} movements of the ledger up to frame {board.upto:,}, whose "
        f"hash is <code>{board.books.hex()}</code>, and from attempts with the root "
        f"<code>{board.attempts.hex()}</code>; both stand on the signed board. "
        "<code>dcep pilot board</code> checks it.</p>"
    )


def _envelopes(facts: EnvelopeFacts) -> str:
    commitment = facts.commitment
    return (
        f"<p>{commitment.winners:,} of {commitment.tickets:,} tickets won {yuan(commitment.amount)} yuan each, by the "
        f"head of frame {commitment.frame:,}, which the office had named before anybody knew it. {facts.opened:,} "
        f"envelopes were opened, {facts.returned:,} went back. <code>dcep pilot draw</code> draws again.</p>"
    )


# The PDF.


def _pdf(facts: Facts, charts: dict[int, list[Chart]], envelopes: Chart | None) -> bytes:
    from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415  an extra

    data = io.BytesIO()
    with PdfPages(data, metadata={"Title": "The pilot", "CreationDate": None}) as pages:
        for phase in facts.phases:
            for figure in _sheets(facts, phase):
                pages.savefig(figure)
            for chart in charts[phase.board.phase]:
                pages.savefig(chart.figure)
        if envelopes is not None:
            pages.savefig(envelopes.figure)
    return data.getvalue()


def _sheets(facts: Facts, phase: PhaseFacts) -> Iterator[Any]:
    """Yield the tables of a phase as a sheet: the race, and the gate."""
    from matplotlib.figure import Figure  # noqa: PLC0415  an extra

    figure = Figure(figsize=(11, 7.2))
    figure.text(0.05, 0.93, f"The pilot, phase {phase.board.phase}", fontsize=20, fontweight="bold")
    figure.text(0.05, 0.89, _subtitle(facts), fontsize=10, color="#4b5b54")
    race, gate = figure.add_axes((0.05, 0.5, 0.9, 0.36)), figure.add_axes((0.05, 0.04, 0.9, 0.42))
    criteria = [[each.name, each.seen, each.wanted, "yes" if each.passed else "NO"] for each in judge(phase.board)]
    _lay(race, _HEAD, list(rows_of(phase)), [0.16, *[0.12] * 7])
    _lay(gate, ("the gate", "seen", "wanted", "held"), criteria, [0.46, 0.2, 0.2, 0.14])
    yield figure


def _lay(axes: Any, head: Any, rows: list[list[str]], widths: list[float]) -> None:
    axes.axis("off")
    laid = {"colWidths": widths, "loc": "upper left", "cellLoc": "right", "edges": "horizontal"}
    # A race that nobody runs is a line of nothing.
    table = axes.table(cellText=rows or [["–"] * len(head)], colLabels=head, **laid)
    table.auto_set_font_size(False)
    table.set_fontsize(8.5)
    table.scale(1, 1.35)
    for (row, column), cell in table.get_celld().items():
        cell.set_edgecolor("#dbe3df")
        if column == 0:
            cell.set_text_props(ha="left")
        if row == 0:
            cell.set_text_props(fontweight="bold")
