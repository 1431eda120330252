"""The long life of a shard as a picture: rate, memory and latency against the number of payments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure


def draw(document: dict[str, Any], place: Path) -> None:
    """Draw what was measured into an SVG file; each axis begins at zero."""
    # The same figures give the same bytes.
    mpl.rcParams.update({"svg.hashsalt": "dcep", "svg.fonttype": "none", "font.size": 9})
    life, probes = document["life"], document["probes"]
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    rate, memory, wait = figure.subplots(1, 3)
    rate.plot(
        [entry["payments"] / 1e6 for entry in life[1:]], [entry["payments_per_second"] for entry in life[1:]], "o-"
    )
    rate.set(title="payments/s, signed and durable")
    memory.plot([entry["payments"] / 1e6 for entry in life], [entry["rss_mib"] for entry in life], "o-")
    memory.set(title="resident memory, MiB")
    millions = [probe["payments"] / 1e6 for probe in probes]
    wait.plot(millions, [probe["p50_ms"] for probe in probes], "o-", label="p50")
    wait.plot(millions, [probe["p99_ms"] for probe in probes], "s--", label="p99")
    wait.set(title="batches of 16 beside a checkpoint, ms")
    wait.legend()
    for panel in (rate, memory, wait):
        panel.set(xlabel="millions of payments", xlim=(0, None), ylim=(0, None))
        panel.grid(visible=True, alpha=0.3)
    figure.savefig(place, format="svg", metadata={"Date": None})
