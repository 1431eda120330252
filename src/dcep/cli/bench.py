"""`dcep bench`: run the scripts of `benchmarks/`, each in a process of its own, and print what they measured."""

from __future__ import annotations

import json as codec
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

import dcep
from dcep.cli.output import DONE, print_json, say
from dcep.errors import BadInput, Unavailable

NAMES: Final = (
    "signature-limit",
    "signed-payments",
    "hostile",
    "apply",
    "hot-accounts",
    "python-batches",
    "python-api",
    "small-batches",
    "python-engine",
    "restart",
    "memory",
    "log-bytes",
    "rest",
)
_LIMIT_S: Final = 60
_ROOT: Final = Path(dcep.__file__).parents[2]


def bench(*names: Annotated[str, Parameter(name="NAME")], json: bool = False) -> int:
    """Measure what the machine can do. Without a name everything is measured.

    Parameters
    ----------
    names
        What is measured; all of it if none is named.
    json
        Print one JSON document instead of the table.
    """
    for unknown in [name for name in names if name not in NAMES]:
        raise BadInput("unknown_benchmark", f"no benchmark is named {unknown}", next_step=f"one of {' '.join(NAMES)}")
    if not (_ROOT / "benchmarks").is_dir():
        raise BadInput("no_checkout", "the benchmarks are not installed", next_step="run dcep bench from a checkout")
    load = round(os.getloadavg()[0], 2)
    results = []
    for name in names or NAMES:
        results.append(_measure(name))
        if not json:
            _say(results[-1])
    if json:
        print_json({"machine": _machine(), "commit": _commit(), "load": load, "results": results})
    else:
        say(f"{_machine()}, commit {_commit()}, load {load} at the start")
    return DONE


def _measure(name: str) -> dict[str, Any]:
    script = ["-m", f"benchmarks.{name.replace('-', '_')}"]
    try:
        done = subprocess.run(  # noqa: S603  a script of this checkout, by a name of the list above
            [sys.executable, *script], cwd=_ROOT, stdout=subprocess.PIPE, text=True, timeout=_LIMIT_S, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable("too_slow", f"{name} took longer than {_LIMIT_S} s", retry_after_ms=0) from error
    except subprocess.CalledProcessError as error:
        raise Unavailable("benchmark_failed", f"{name} measured nothing", retry_after_ms=0) from error
    figure: dict[str, Any] = codec.loads(done.stdout)
    return figure


def _say(figure: dict[str, Any]) -> None:
    reference = figure["reference"]
    against = "" if reference is None else f"  {figure['ratio']:.2f} × {reference['name']} ({reference['value']:,.0f})"
    say(f"{figure['name']:16} {figure['value']:>14,.1f} {figure['unit']}{against}")
    say(f"{'':16} {', '.join(f'{key} {value}' for key, value in figure['conditions'].items())}")


def _machine() -> str:
    model = platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = (line.partition(":") for line in information.read_text("utf-8").splitlines())
        model = next((value.strip() for key, _, value in lines if key.strip() == "model name"), model)
    return f"{os.cpu_count()} × {model}, {platform.system()}, Python {platform.python_version()}"


def _commit() -> str:
    git = ["git", "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(git, cwd=_ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
