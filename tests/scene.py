"""A network on which lines of the ledger's language are played: words become records, and the answers come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, get_type_hints

from dcep.clock import DAY_MS, Day, UnixMs, day_of
from dcep.ids import TIER1, CommandId, LedgerId, WalletId
from dcep.ledger.engine.standing import AccountView, Engine, EngineMaker
from dcep.messages import signed
from dcep.messages.commands.conditions import Condition, Evidence, SignedByAccount, Verb, cosigned_message
from dcep.messages.commands.governance import Rules, SetOperator
from dcep.messages.commands.issuance import Allocate, lane_to
from dcep.messages.commands.timekeeping import Tick
from dcep.messages.genesis import ISSUING_VAULT, supervision_wallet
from dcep.messages.kinds import KIND_OF, Ledgers
from dcep.messages.layout import Blob, Code, Epoch, Hash, Key, Lane, LockId, Number, Version
from dcep.messages.policies import Policy
from dcep.money import Fen
from tests import conditions, names
from tests.lines import CODES, GIVERS, POSITIONAL, RECORDS, Line, read_moment
from tests.network import Network


class Scene:
    """What a play has built so far."""

    def __init__(self, engine: EngineMaker) -> None:
        self._engine, self._rules = engine, names.UNLIMITED
        self._network: Network | None = None
        self._classes: list[str] = []
        self._wires: dict[str, bytes] = {}
        self._keys: dict[WalletId, str] = {}
        self._verbs = {
            "account": self._account,
            "ack": self._ack,
            "again": lambda line: self._submit(line, self._wires[line.args[0]]),
            "carry": self._carry,
            "copy": self._copy,
            "credit": self._credit,
            "forge": self._forge,
            "noise": self._noise,
            "sign": self._sign,
            "standing": self._standing,
            "sums": self._sums,
            "works": self._works,
        }

    @property
    def network(self) -> Network:
        """The network; it opens with the first line that is no limit."""
        if self._network is None:
            self._network = Network(self._engine, self._rules)
            self._keys[ISSUING_VAULT] = names.BOARD
            self._keys |= {supervision_wallet(ledger): "supervision" for ledger in self._network.ledgers}
        return self._network

    def say(self, line: Line) -> str:
        """Play a line and return the answer."""
        if line.word == "rules" and self._network is None and not line.options:
            self._rules = self._with_limits(line)
            return "settled"
        if line.moment is not None and line.word not in ("tick", "copy"):
            self.network.tell(line.moment)
        return self._verbs.get(line.word, self._command)(line)

    # What the reader of a scene asks.

    def wires(self) -> dict[str, bytes]:
        """Return the wires that `as=` has kept, by name."""
        return {name: wire for name, wire in self._wires.items() if name}

    def view(self, name: str) -> AccountView:
        """Return an account as it stands."""
        wallet = self._wallet(name)
        view = self.network.ledgers[self.network.home(wallet)].engine.account(wallet)
        assert view is not None, f"there is no account {name}"
        return view

    def balance(self, name: str) -> Fen:
        """Return an account's balance, fen."""
        return self.view(name).balance

    def spent(self, name: str) -> Fen:
        """Return what an account has paid on this Shanghai day, fen."""
        return self.view(name).spent_today

    # Commands.

    def _command(self, line: Line) -> str:
        """Give a command of the table; a wallet that was opened with an amount gets it from its operator's vault."""
        wire = self._wire(line)
        answer = self._submit(line, wire)
        if answer == "settled" and line.word == "set_policy":
            self._keys[signed.decode(wire, self.network.id).body.account] = line.args[-1]
        if answer == "settled" and line.word == "open" and len(line.args) > len(POSITIONAL["open"]):
            wallet, _, amount = line.args
            exchange = Line(word="exchange", args=[wallet, amount], options={}, moment=None, answer="settled")
            return self._command(exchange) if int(amount) else answer
        return answer

    def _sign(self, line: Line) -> str:
        """Only sign; `as=` keeps the wire."""
        self._wire(replace(line, word=line.args[0], args=line.args[1:]))
        return "settled"

    def _wire(self, line: Line) -> bytes:
        """Return the wire of a command, and keep it under the name that `as=` gives it."""
        kind = KIND_OF[RECORDS[line.word]]
        if kind.is_numbered:
            name, words = _giver(line)
            order, giver = self._record(line, words, name), self._wallet(name)
            keys = line.options.get("guard") or self._keys.get(giver, name)
            wire = self.network.order(giver, order, keys, **self._envelope(line, giver, order))
        elif kind.record is Tick:
            assert line.moment is not None
            wire = self.network.tick(line.moment, line.options.get("guard", "members"))
        else:
            wire = signed.unsigned(self.network.id, self._record(line, line.args, ""))
        self._wires[line.options.get("as", "")] = wire
        return wire

    def _envelope(self, line: Line, giver: WalletId, order: Any) -> dict[str, Any]:
        """Return what a line says of the body around its order, and who signs."""
        said: dict[str, Any] = {"lane": Lane(line.number("lane", _lane_of(order)))}
        if "number" in line.options:
            text, window = line.options["number"], self._engine_of(giver).window(giver, said["lane"])
            said["number"] = Number(window[0] + int(text) if text.startswith("+") else int(text))
        if "life" in line.options:
            said["expires_at"] = UnixMs(self.network.now + line.number("life"))
        if "epoch" in line.options:
            said["epoch"] = Epoch(line.number("epoch"))
        if "memo" in line.options:
            said["memo"] = names.hashed(line.options["memo"])
        if "sign" in line.options:
            said["sign"] = [int(number) for number in line.options["sign"].split(",")]
        return said

    def _submit(self, line: Line, wire: bytes) -> str:
        command = signed.decode(wire, self.network.id)
        elsewhere = TIER1 if command.kind.ledgers is Ledgers.TIER1 else LedgerId(0)
        home = self.network.home(command.body.account) if command.kind.is_numbered else elsewhere
        ledger = _ledger(line.options["on"]) if "on" in line.options else home
        return self.network.submit(ledger, wire, ahead=line.number("ahead"), worker=line.options.get("worker", ""))

    # Between ledgers, and again.

    def _carry(self, line: Line) -> str:
        self.network.carry()
        return line.answer

    def _credit(self, line: Line) -> str:
        """Bring the next message, or message `n=`, perhaps with the proof of another or a header signed by another."""
        source, destination = map(_ledger, line.args)
        wire = self.network.credit(
            source,
            destination,
            line.number("n"),
            proof=line.number("proof"),
            worker=line.options.get("signed_by", ""),
            is_cut=line.options.get("outcome") == "cut",
        )
        self._wires[line.options.get("as", "")] = wire
        return self._submit(line, wire) if "on" in line.options else self.network.submit(destination, wire)

    def _ack(self, line: Line) -> str:
        """Bring the newest header of a ledger to another, or the one so many frames `back=`, perhaps `flows=none`."""
        source, destination = map(_ledger, line.args)
        flows = line.options.get("flows") != "none"
        wire = self.network.ack(source, line.number("back"), line.options.get("signed_by", ""), flows=flows)
        self._wires[line.options.get("as", "")] = wire
        return self.network.submit(destination, wire)

    def _forge(self, line: Line) -> str:
        """Bring a message that the worker of its source signs, although the law there never sent it."""
        source, destination = map(_ledger, line.args[:2])
        said = replace(line, word=line.args[2], args=line.args[3:])
        return self.network.submit(
            destination, self.network.forge(source, destination, self._record(said, said.args, ""))
        )

    def _copy(self, line: Line) -> str:
        """Append a frame of a ledger's log once more, the newest or the one so many frames `back=`."""
        ledger = _ledger(line.args[0])
        place = self.network.ledgers[ledger]
        outcomes = self.network.append_frame(place.log[-1 - line.number("back")], place.worker)
        return "skipped" if outcomes is None else outcomes[0].code

    def _noise(self, line: Line) -> str:
        """Append a frame whose one record is no command."""
        outcomes = self.network.append(_ledger(line.args[0]), [bytes(signed.PREFIX_SIZE) + b"noise"])
        return "skipped" if outcomes is None else outcomes[0].code

    def _works(self, line: Line) -> str:
        """Let another worker sign a ledger's frames and headers from here on."""
        self.network.ledgers[_ledger(line.args[0])].worker = line.args[1]
        return line.answer

    # What stands.

    def _account(self, line: Line) -> str:
        return _compare(self.view(line.args[0]), line)

    def _sums(self, line: Line) -> str:
        return _compare(self.network.ledgers[_ledger(line.args[0])].engine.sums(), line)

    def _standing(self, line: Line) -> str:
        return _compare(self.network.ledgers[_ledger(line.args[0])].engine.standing(), line)

    # Words.

    def _record(self, line: Line, words: list[str], giver: str) -> Any:
        """Return the record of a line: its fields from the words, from `field=`, else as they are unless said."""
        record = RECORDS[line.word]
        hints = get_type_hints(record)
        said = dict(zip(POSITIONAL.get(line.word, ()), words, strict=False))
        said |= {field: text for field, text in line.options.items() if field in hints}
        values = {field: self._value(hints[field], text) for field, text in said.items()}
        if "evidence" in hints:
            values["evidence"] = self._evidence(line, values, giver)
        if record is SetOperator:
            return names.seat(values.pop("operator"), values.pop("shard"), self.network.shards, **values)
        if record is Rules:
            return replace(self._with_limits(line), **{"replaces": Version(1), **values})
        unsaid = {field: self._unless_said(field, said, giver) for field in hints.keys() - values.keys()}
        return record(**values, **unsaid)

    def _unless_said(self, field: str, said: dict[str, str], giver: str) -> Any:
        match field:
            case "replaces":
                return 1
            case "policy":
                return names.policy(names.full_name(said["wallet"]))[0]
            case "vault":
                return self._wallet(names.institution("vault", giver))
            case "day":
                return day_of(self.network.now)
            case "until":
                return UnixMs(self.network.now + DAY_MS)
            case "capture_if" | "release_if":
                return SignedByAccount(account=self._wallet(said["receiver"]))
        return bytes(32)

    def _evidence(self, line: Line, values: dict[str, Any], giver: str) -> Evidence:
        """Return what a capture or a release brings: co-signatures of what it says and of how the hold stands."""
        hold = values["hold"]
        view = self._engine_of(self._wallet(giver)).hold(hold)
        amount, captured = (0, 0) if view is None else (view.amount - view.captured, view.captured)
        said = line.options.get("over", f"{line.word},{values.get('amount', amount)},{captured}").split(",")
        message = cosigned_message(
            self.network.id,
            self._value(CommandId, line.options["of"]) if "of" in line.options else hold,
            Verb[said[0].upper()],
            Fen(int(said[1])),
            Fen(int(said[2])),
        )
        guards = map(self._guard, conditions.split(line.options.get("cosigned", "")))
        return Evidence(
            cosignatures=tuple(conditions.cosignature(guard, message) for guard in guards),
            preimages=tuple(map(conditions.secret, conditions.split(line.options.get("secrets", "")))),
        )

    def _guard(self, text: str) -> str:
        """Return the policy that co-signs: `key(phone)` says it, an account means the one that guards it."""
        if text.startswith("key("):
            return text.removeprefix("key(").removesuffix(")")
        return self._keys.get(self._wallet(text), names.full_name(text))

    def _value(self, hint: Any, text: str) -> Any:
        if hint in _READERS:
            return _READERS[hint](text)
        if hint is WalletId:
            return self._wallet(text)
        if hint is LedgerId:
            return _ledger(text)
        if hint is CommandId:
            return signed.decode(self._wires[text], self.network.id).id
        if hint is Condition:
            return conditions.condition(text, self._wallet)
        if hint is Blob:
            return Blob(self._wires[text])
        if hint is Code:
            return CODES[text] if text in CODES else int(text) if text.isdigit() else self._class(text)
        return int(text)

    def _with_limits(self, line: Line) -> Rules:
        """Return the rules of the play, with other limits for the class that the line names."""
        if not line.args:
            return self._rules
        wallet_class, *words = line.args
        pairs = {word: Fen(int(amount)) for word, amount in zip(words[::2], words[1::2], strict=True)}
        place = self._class(wallet_class) - 1
        classes = list(self._rules.classes)
        classes[place] = replace(names.NONE, **pairs)
        return replace(self._rules, classes=tuple(classes))

    def _class(self, name: str) -> int:
        """Return the number of a class; names count in the order in which a play says them."""
        if name not in self._classes:
            self._classes.append(name)
        return self._classes.index(name) + 1

    def _wallet(self, name: str) -> WalletId:
        return names.wallet(name, self.network.shards)

    def _engine_of(self, wallet: WalletId) -> Engine:
        return self.network.ledgers[self.network.home(wallet)].engine


def _giver(line: Line) -> tuple[str, list[str]]:
    """Return the name of who gives the command, and the words that say its fields."""
    role, words = GIVERS.get(line.word), line.args
    if "by" in line.options:
        return names.full_name(line.options["by"]), words
    if role is not None:
        return names.institution(role, words[0] if words else role), words
    return names.full_name(words[0]), words if line.word == "close" else words[1:]


def _ledger(text: str) -> LedgerId:
    return TIER1 if text == "tier1" else LedgerId(int(text))


def _lane_of(order: Any) -> int:
    return lane_to(order.shard) if isinstance(order, Allocate) else 0


def _compare(stands: object, line: Line) -> str:
    """Compare what stands with the pairs of a line."""
    pairs = dict(zip(line.args[1::2], line.args[2::2], strict=True))
    found = {field: str(int(getattr(stands, field))) for field in pairs}
    said = {field: text.replace("_", "") for field, text in pairs.items()}
    assert found == said, f"{line.word} {line.args[0]}: {found} stands, not {said}"
    return line.answer


_READERS: Final[dict[Any, Callable[[str], Any]]] = {
    Day: lambda text: day_of(read_moment(text)),
    Hash: names.hashed,
    LockId: lambda text: LockId(names.hashed(text)[:16]),
    Policy: lambda text: names.policy(text)[0],
    UnixMs: read_moment,
    tuple[Key, ...]: lambda text: () if text == "none" else tuple(map(names.key, text.split(","))),
}
