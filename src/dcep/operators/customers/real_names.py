"""Who somebody is: evidence by wallet class, whoever looks at it, and the one table that maps names to customers.

Source: docs/reference/operators.md, "Customers and evidence".
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import Final, NewType, Protocol

from sqlalchemy import Connection, Engine, insert, select, update

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import WalletId
from dcep.messages.classes import WalletClass
from dcep.operators.store import customers, real_names, transaction, wallets

CustomerId = NewType("CustomerId", str)
"""32 hex digits, drawn at random: says nothing about the customer."""

_log = logging.getLogger(__name__)

# E.164: a plus sign and at most 15 digits; foreign phones too.
_PHONE: Final = re.compile(r"\+[1-9][0-9]{5,14}")
_DOCUMENT: Final = re.compile(r"[A-Z0-9]{5,18}")
# GB 32100: 18 characters without I, O, S, V and Z.
_CREDIT_CODE: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_ACCOUNT: Final = re.compile(r"[A-Z0-9]{4,34}")
# A person has few wallets, and a phone few people: whoever finds so many need not see more.
FOUND: Final = 50
_NAME_LENGTH: Final = 140
# GB 11643 and ISO 7064 MOD 11-2: the digits' weights, and the check characters by remainder.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvidence:
    """What a person shows. Empty where nothing was shown; a phone number always is."""

    phone: str = field(repr=False)
    name: str = field(default="", repr=False)
    document: str = field(default="", repr=False)
    deposit_account: str = field(default="", repr=False)
    face_to_face: bool = False

    @property
    def best_class(self) -> WalletClass:
        """The class that this is enough for, and for every lesser one."""
        if not self.document:
            return WalletClass.IV
        if not self.deposit_account:
            return WalletClass.III
        return WalletClass.I if self.face_to_face else WalletClass.II

    @property
    def identity(self) -> str:
        """What one customer is told from another by."""
        return f"document {self.document}" if self.document else f"phone {self.phone}"

    def require_form(self) -> None:
        """Return only if every part can be what it says it is; raise BadInput `bad_evidence` else."""
        _require(_PHONE.fullmatch(self.phone), "a phone number is + and 6 to 15 digits")
        _require(not self.document or _DOCUMENT.fullmatch(self.document), "a document has 5 to 18 characters A-Z, 0-9")
        _require(bool(self.name) == bool(self.document), "a name and its document come together")
        _require(len(self.name) <= _NAME_LENGTH, "a name has at most 140 characters")
        _require(not self.deposit_account or self.document, "a bank account comes with a document")
        _require_account(self.deposit_account)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityEvidence:
    """What a firm shows: its unified social credit code, and the document of whoever acts for it."""

    name: str = field(repr=False)
    credit_code: str = field(repr=False)
    representative: str = field(repr=False)
    phone: str = field(repr=False)
    deposit_account: str = field(repr=False)

    @property
    def best_class(self) -> WalletClass:
        """The one class of firms."""
        return WalletClass.CORPORATE

    @property
    def identity(self) -> str:
        """What one firm is told from another by."""
        return f"firm {self.credit_code}"

    def require_form(self) -> None:
        """Return only if every part can be what it says it is; raise BadInput `bad_evidence` else."""
        _require(_PHONE.fullmatch(self.phone), "a phone number is + and 6 to 15 digits")
        _require(_CREDIT_CODE.fullmatch(self.credit_code), "a unified social credit code has 18 characters")
        _require(_DOCUMENT.fullmatch(self.representative), "a document has 5 to 18 characters A-Z, 0-9")
        _require(0 < len(self.name) <= _NAME_LENGTH, "a name has 1 to 140 characters")
        _require(self.deposit_account, "a firm names its bank account")
        _require_account(self.deposit_account)


Evidence = PersonEvidence | EntityEvidence


def require_enough(best: int, wanted: WalletClass) -> None:
    """Return only if evidence for the best class is enough for the wanted one.

    Raises:
        DcepError: `evidence_insufficient`.
    """
    is_firm = best == WalletClass.CORPORATE
    if is_firm != (wanted is WalletClass.CORPORATE) or wanted < best:
        raise DcepError("evidence_insufficient", f"this evidence is not enough for a wallet of class {wanted.name}")


class KycProvider(Protocol):
    """Whoever looks at evidence: a desk in the branch, a video call, a register of the state."""

    def check(self, evidence: Evidence) -> str:
        """Return with which assurance the evidence is what it says it is.

        Raises:
            DcepError: `evidence_declined`.
        """
        ...


class SimulatedKyc:
    """A stand-in that looks at nobody: it only computes the check digit of a resident identity number."""

    def __init__(self) -> None:
        _log.warning("SimulatedKyc looks at evidence: nobody's identity is checked")

    def check(self, evidence: Evidence) -> str:
        """Return `simulated`."""
        document = evidence.representative if isinstance(evidence, EntityEvidence) else evidence.document
        if len(document) == 18 and not _is_resident_number(document):
            raise DcepError("evidence_declined", "the check digit of the identity number is wrong")
        return "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCustomer:
    """Who a customer is, as it was last checked, with his wallets; for whoever may ask for it."""

    identity: str = field(repr=False)
    name: str = field(repr=False)
    phone: str = field(repr=False)
    deposit_account: str | None = field(repr=False)
    best_class: WalletClass
    assurance: str
    checked_at: UnixMs
    wallets: tuple[WalletId, ...]


class RealNames:
    """The mapping between names and customers, and so between names and wallets. It is kept nowhere else."""

    def __init__(self, store: Engine) -> None:
        self._store = store

    def name_of(self, wallet: WalletId) -> str:
        """Return the holder's name; empty for a holder whom only a phone number is known of.

        Raises:
            DcepError: `not_your_customer`.
        """
        found = (
            select(real_names.c.name)
            .join(wallets, wallets.c.customer == real_names.c.customer)
            .where(wallets.c.wallet == wallet)
        )
        with transaction(self._store) as connection:
            name = connection.execute(found).scalar_one_or_none()
        if name is None:
            raise DcepError("not_your_customer", "the wallet belongs to no customer of this operator")
        return str(name)

    def holder_of(self, wallet: WalletId) -> KnownCustomer:
        """Return who holds a wallet, all that was shown of it.

        Raises:
            DcepError: `not_your_customer`.
        """
        found = (
            select(real_names, customers.c.deposit_account)
            .join(wallets, wallets.c.customer == real_names.c.customer)
            .join(customers, customers.c.customer == real_names.c.customer)
            .where(wallets.c.wallet == wallet)
        )
        with transaction(self._store) as connection:
            row = connection.execute(found).one_or_none()
        if row is None:
            raise DcepError("not_your_customer", "the wallet belongs to no customer of this operator")
        return KnownCustomer(
            identity=row.identity,
            name=row.name,
            phone=row.phone,
            deposit_account=row.deposit_account,
            best_class=WalletClass(row.best_class),
            assurance=row.assurance,
            checked_at=UnixMs(row.checked_at_ms),
            wallets=tuple(self.wallets_of(row.identity)),
        )

    def find(self, *, phone: str = "", document: str = "", credit_code: str = "") -> list[WalletId]:
        """Return the wallets of all who have shown this, at most FOUND; several people may have shown one phone.

        Args:
            phone: as it was shown, `+8613800000001`; one of the three, the others empty.

        Raises:
            BadInput: `bad_search`.
        """
        if sum(map(bool, (phone, document, credit_code))) != 1:
            raise BadInput("bad_search", "one of phone, document and credit_code, in full")
        shown = real_names.c.phone == phone
        if document or credit_code:
            shown = real_names.c.identity == (f"document {document}" if document else f"firm {credit_code}")
        found = (
            select(wallets.c.wallet)
            .join(real_names, wallets.c.customer == real_names.c.customer)
            .where(shown)
            .order_by(wallets.c.wallet)
            .limit(FOUND)
        )
        with transaction(self._store) as connection:
            return [WalletId(row.wallet) for row in connection.execute(found)]

    def wallets_of(self, identity: str) -> list[WalletId]:
        """Return every wallet of an identity, as evidence gives it; none for a stranger."""
        found = (
            select(wallets.c.wallet)
            .join(real_names, wallets.c.customer == real_names.c.customer)
            .where(real_names.c.identity == identity)
            .order_by(wallets.c.wallet)
        )
        with transaction(self._store) as connection:
            return [WalletId(row.wallet) for row in connection.execute(found)]


def customer_with(connection: Connection, identity: str) -> tuple[CustomerId, int] | None:
    """Return the customer of an identity and the best class that was shown, None for a stranger."""
    found = select(real_names.c.customer, real_names.c.best_class).where(real_names.c.identity == identity)
    row = connection.execute(found).one_or_none()
    return None if row is None else (CustomerId(row.customer), row.best_class)


def best_class_of(connection: Connection, customer: CustomerId) -> int:
    """Return the best class that a customer has shown evidence for."""
    return int(
        connection.execute(select(real_names.c.best_class).where(real_names.c.customer == customer)).scalar_one()
    )


def record(
    connection: Connection, customer: CustomerId, evidence: Evidence, assurance: str, *, is_new: bool, now: UnixMs
) -> None:
    """Keep who a customer is: a stranger's evidence, or a known customer's better or newer one."""
    values = {
        "name": evidence.name,
        "phone": evidence.phone,
        "best_class": evidence.best_class,
        "assurance": assurance,
        "checked_at_ms": now,
    }
    if is_new:
        connection.execute(insert(real_names).values(customer=customer, identity=evidence.identity, **values))
    else:
        connection.execute(update(real_names).where(real_names.c.customer == customer).values(values))


def _require(holds: object, message: str) -> None:
    if not holds:
        raise BadInput("bad_evidence", message)


def _require_account(account: str) -> None:
    _require(not account or _ACCOUNT.fullmatch(account), "a bank account has 4 to 34 characters A-Z, 0-9")


def _is_resident_number(document: str) -> bool:
    digits, check = document[:17], document[17]
    if not digits.isascii() or not digits.isdigit():
        return False
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11] == check
