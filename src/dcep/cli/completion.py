"""`dcep completion`: what a shell reads so that it completes commands and options of this program."""

from __future__ import annotations

from typing import Literal

from dcep.cli.output import DONE, say


def completion(shell: Literal["bash", "zsh", "fish"], /) -> int:
    """Print what a shell reads to complete commands and options. It knows them all; nothing is asked while you type.

    Parameters
    ----------
    shell
        Which shell.
    """
    from dcep.cli.app import app

    say(app.generate_completion(prog_name="dcep", shell=shell).rstrip("\n"))
    return DONE
