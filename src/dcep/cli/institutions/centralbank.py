"""`dcep centralbank`: the central bank as its people use it. Its commands are here; what each does is in its module."""

from __future__ import annotations

from typing import Final

from cyclopts import App

app = App(
    name="centralbank", help="The central bank: orders, officers' approvals, supply, reserves, boards, operators."
)
_ROOM: Final = "dcep.cli.institutions"
# The help stands here too, so that no command loads another.
app.command(f"{_ROOM}.money:issue", help="Ask for an issue: an operator's reserves are locked first.")
app.command(f"{_ROOM}.money:allocate", help="Ask for the allocation of what was issued to the operator's vault.")
app.command(f"{_ROOM}.money:withdraw", help="Ask for the withdrawal of what an operator has returned.")
app.command(f"{_ROOM}.governance:admit", help="Ask for an operator's admission on a shard.")
app.command(f"{_ROOM}.governance:suspend", help="Ask for an operator's suspension.")
app.command(f"{_ROOM}.governance:readmit", help="Ask for the end of an operator's suspension.")
app.command(f"{_ROOM}.governance:set_board", help="Ask for another officers' board.")
app.command(f"{_ROOM}.governance:set_rules", help="Ask for a dated rule set.")
app.command(f"{_ROOM}.governance:freeze", help="Ask for the freeze of a wallet on a legal basis.")
app.command(f"{_ROOM}.governance:unfreeze", help="Ask for the end of every freeze of a wallet.")
app.command(f"{_ROOM}.orders:orders", help="Show the orders, those asked for first before the others.")
app.command(f"{_ROOM}.orders:order", help="Show what became of an order; wait until it has ended.")
app.command(f"{_ROOM}.orders:propose", help="Fix the bytes of an order, for officers to sign.")
app.command(f"{_ROOM}.orders:abandon", help="Give an order up that no board has approved.")
app.command(f"{_ROOM}.approving:proposal", help="Show what officers sign, read from the bytes themselves.")
app.command(f"{_ROOM}.approving:approve", help="Read an order, then sign it with an officer's key.")
app.command(f"{_ROOM}.standing:supply", help="Show all money, where it is, and whether the law holds.")
app.command(f"{_ROOM}.standing:reserves", help="Show the reserves: what is locked, transfers, entries.")
app.command(f"{_ROOM}.standing:board", help="Show whose signatures count.")
app.command(f"{_ROOM}.standing:operators", help="Show who is admitted, and who is suspended.")
app.command(f"{_ROOM}.standing:rules", help="Show the rule sets since the genesis.")
app.command(
    f"{_ROOM}.inviting:board", name="desk", help="Invite somebody of the staff to each operator's figures on the board."
)
