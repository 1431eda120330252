"""Run the long life of a shard from the command line."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import benchmarks.long_life
from benchmarks.long_life import LongLife, chart


def main() -> None:
    """Run, and print the document."""
    parser = argparse.ArgumentParser(
        description=benchmarks.long_life.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--payments", type=int, default=10_000_000)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="one JSON document on one line")
    parser.add_argument("--chart", type=Path, help="write an SVG here")
    parser.add_argument("--dir", type=Path, help="where the temporary folder lies; 3 GB at ten million payments")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dcep-bench-", dir=options.dir) as folder:
        document = LongLife(Path(folder), payments=options.payments, accounts=options.accounts).run()
    if options.chart is not None:
        options.chart.write_text(chart(document), "utf-8")
    sys.stdout.write(json.dumps(document, indent=None if options.json else 1) + "\n")


main()
