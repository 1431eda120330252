"""`dcep`: the program. Commands are loaded when they are called, so that each starts quickly."""

from __future__ import annotations

import sys
from typing import Final

from cyclopts import App, CycloptsError, Parameter

from dcep.cli.output import DONE, UNAVAILABLE, WRONG_INPUT, fail, say, warn
from dcep.errors import DcepError

_NEXT: Final = """\
dcep is the open implementation of DC/EP, a two-tier digital currency.

What can be done next:
  dcep demo                    the whole life of the money, told step by step
  dcep replay --accounts FILE --payments FILE
                               real payments through the whole currency
  dcep verify DIR              audit a data folder, with no server running
  dcep simulate --seed S       the rules of the protocol under faults, held to their laws
  dcep up --open               a whole currency as processes on this machine, its pages in your browser
  dcep bank --help             an operator's counter: customers, freezes, orders, the books of a day
  dcep centralbank --help      the central bank: orders, officers' approvals, supply, reserves
  dcep wallet --help           a wallet of your own: open it, exchange, pay, prove
  dcep pilot                   the pilot of Shenzhen and Suzhou, played through the processes of a currency
  dcep doctor                  what is wrong with this machine or a data folder
  dcep certificates --help     certificates of institutions: found a centre, ask, issue, give, take back
  dcep ledger --help           look into a ledger: a command, a statement, the trial balance, archive, backup
  dcep --help                  every command"""

app = App(
    name="dcep",
    help="The open implementation of DC/EP.",
    version_flags=["--version"],
    default_parameter=Parameter(negative=()),
    # `main` answers Ctrl-C, with the exit code of the interface.
    suppress_keyboard_interrupt=False,
)
# The help stands here too, so that `dcep --help` loads no command.
app.command("dcep.cli.replay:replay", help="Replay a file of payments through the whole currency.")
app.command("dcep.cli.simulation:demo", help="Tell the whole life of the money, then run at the machine's speed.")
app.command("dcep.cli.simulate:simulate", help="Run the protocol under faults, from a seed.")
app.command("dcep.cli.audit:verify", help="Audit a data folder, with no server running.")
app.command("dcep.cli.running.up:up", help="Run a whole currency on this machine.")
app.command("dcep.cli.doctor:doctor", help="Explain what is wrong with a setup, and what to do.")
app.command("dcep.cli.bench:bench", help="Measure what the machine can do.")
app.command("dcep.cli.certificates:app", name="certificates", help="Certificates of institutions, by hand.")
app.command(
    "dcep.cli.institutions.bank:app",
    name="bank",
    help="An operator's counter: customers, freezes, orders in flight, the books of a day.",
)
app.command(
    "dcep.cli.institutions.centralbank:app",
    name="centralbank",
    help="The central bank: orders, officers' approvals, supply, reserves, boards, operators.",
)
app.command("dcep.cli.wallet:app", name="wallet", help="A wallet of your own: open it, exchange, pay, request, prove.")
app.command("dcep.cli.pilot:app", name="pilot", help="Play the pilot of Shenzhen and Suzhou; check board and draw.")
app.command("dcep.cli.completion:completion", help="Print what a shell reads to complete commands and options.")
app.command("dcep.cli.ledger:app", name="ledger", help="Look into a ledger; archive, backup and restore.")


@app.default
def what_next() -> int:
    """Say what can be done next."""
    say(_NEXT)
    return DONE


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        code = app(sys.argv[1:], exit_on_error=False, print_error=False)
    except CycloptsError as error:
        warn(f"dcep: {error}")
        warn("next: dcep --help")
        sys.exit(WRONG_INPUT)
    except DcepError as error:
        fail(error)
    except OSError as error:
        # The disk or the machine said no: nothing that was answered is lost.
        warn(f"dcep: {error}")
        warn("next: see to the disk, then run the same line again")
        sys.exit(UNAVAILABLE)
    except KeyboardInterrupt:
        warn("dcep: stopped; run the same line again to go on")
        sys.exit(UNAVAILABLE)
    sys.exit(DONE if code is None else code)
