"""`dcep bank`: an operator's own counter. Its commands are here; what each does is in `counter`."""

from __future__ import annotations

from typing import Final

from cyclopts import App

app = App(name="bank", help="An operator's counter: customers, freezes, orders in flight, the books of a day.")
_ROOM: Final = "dcep.cli.institutions.counter"
# The help stands here too, so that no command loads another.
app.command(f"{_ROOM}:about", help="Show which operator this is, and its accounts.")
app.command(f"{_ROOM}:customer", help="Show who holds a wallet.")
app.command(f"{_ROOM}:freeze", help="Freeze a wallet on a legal basis.")
app.command(f"{_ROOM}:unfreeze", help="Lift every freeze of the operator's of a wallet.")
app.command(f"{_ROOM}:give_back", name="return", help="Return money to the issuing vault of the central bank.")
app.command(f"{_ROOM}:orders", help="Show the orders in flight, the oldest first.")
app.command(f"{_ROOM}:order", help="Show what became of an order; wait until it has ended.")
app.command(f"{_ROOM}:reconcile", help="Hold the four books of a day against each other.")
app.command("dcep.cli.institutions.inviting:desk", help="Invite somebody of the staff to the desk in the browser.")
