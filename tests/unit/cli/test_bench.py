"""`dcep bench`: exit codes, the JSON document, and a script for each name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from dcep.cli import bench
from dcep.cli.app import main


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs `dcep bench` and returns exit code, output and errors."""

    def _run(*arguments: str) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["dcep", "bench", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        out, err = capfd.readouterr()
        return leaving.value.code, out, err

    return _run


def test_an_unknown_name_measures_nothing(run: Any) -> None:
    """A figure that is asked for by a wrong name must not be missing in silence."""
    code, out, err = run("log-bytes", "speed-of-light")

    assert (code, out) == (2, "")
    assert "unknown_benchmark" in err


def test_an_installation_without_a_checkout_says_so(run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The scripts are no part of the wheel."""
    monkeypatch.setattr(bench, "_ROOT", tmp_path)

    code, _, err = run("log-bytes")

    assert code == 2
    assert "no_checkout" in err


def test_the_document_has_the_keys_that_outsiders_read(run: Any) -> None:
    """One JSON document on standard output, a figure with its reference and conditions in it."""
    code, out, _ = run("log-bytes", "--json")

    document = json.loads(out)
    assert code == 0
    assert set(document) == {"machine", "commit", "load", "results"}
    (figure,) = document["results"]
    assert set(figure) == {"name", "value", "unit", "ratio", "reference", "conditions"}
    assert set(figure["reference"]) == {"name", "value", "unit"}
    assert {"cpu_us_each", "load"} <= set(figure["conditions"])
    assert figure["ratio"] == pytest.approx(figure["value"] / figure["reference"]["value"], abs=0.001)


@pytest.mark.parametrize("name", bench.NAMES)
def test_each_name_has_a_script_and_a_row_in_the_table(name: str) -> None:
    """A name that nobody can run, or that nobody has measured, promises too much."""
    folder = Path(__file__).parents[3] / "benchmarks"

    script = folder / name.replace("-", "_")
    assert script.with_suffix(".py").is_file() or (script / "__main__.py").is_file()
    assert f"| `{name}` |" in (folder / "README.md").read_text("utf-8")
