"""`dcep wallet`: a holder's wallet in a folder. Its commands are here; what each says is in `words`."""

from __future__ import annotations

from cyclopts import App

app = App(name="wallet", help="A wallet of your own: open it, exchange, pay, request, prove.")
# The help stands here too, so that no command loads another.
app.command("dcep.cli.wallet.opening:new", help="Make a wallet's folder with a new key, at an operator.")
app.command("dcep.cli.wallet.opening:open_", name="open", help="Ask the operator for the wallet's number.")
app.command("dcep.cli.wallet.opening:set_class", name="class", help="Show what another class asks for, and get it.")
app.command(
    "dcep.cli.wallet.opening:recover", help="Come back from a copy of the key, and make the lost device's orders dead."
)
app.command("dcep.cli.wallet.opening:rotate", help="Put a new key in the place of the one that signs now.")
app.command("dcep.cli.wallet.money:balance", help="Say what the wallet has, and may pay.")
app.command("dcep.cli.wallet.money:exchange", help="Exchange deposit for digital currency.")
app.command("dcep.cli.wallet.money:redeem", help="Redeem digital currency for deposit.")
app.command("dcep.cli.wallet.money:pay", help="Pay a wallet, or a payment request.")
app.command("dcep.cli.wallet.refunds:refund", help="Pay back a payment that was received, or a part of it.")
app.command("dcep.cli.wallet.papers:request", help="Show a payment request as a code.")
app.command("dcep.cli.wallet.papers:history", help="Show what moved, the newest first, and what has no answer yet.")
app.command("dcep.cli.wallet.listening:events", help="Show what happens to the wallet, as it happens.")
app.command("dcep.cli.wallet.papers:receipt", help="Write the receipt of an order that settled to a file.")
app.command("dcep.cli.wallet.papers:verify", help="Judge a receipt, asking nobody.")
