"""Transfers and entries as ISO 20022 messages: pacs.009.001.08 goes out, camt.054.001.08 comes in.

Whatever comes in is hostile: at most MAX_MESSAGE bytes of UTF-8, no document type and so no entities, nothing fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal  # noqa: TID251  the amount of such a message is a decimal number of yuan
from typing import Any, Final, TypeVar

from lxml import etree
from pyiso20022.camt import camt_054_001_08 as camt
from pyiso20022.pacs import pacs_009_001_08 as pacs
from xsdata.exceptions import ConverterWarning, ParserError
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.models.datatype import XmlDate, XmlDateTime

from dcep.clock import UnixMs, date_text, day_of
from dcep.errors import BadInput
from dcep.ids import OperatorId
from dcep.issuance.settlement import SimulatedSettlement
from dcep.issuance.transfers import MAX_AMOUNT, Accounts, Direction, Entry, Transfer
from dcep.messages.layout import LockId
from dcep.money import Fen

MAX_MESSAGE: Final = 64 * 1024
CURRENCY: Final = "CNY"
_CENTRAL_BANK: Final = "CENTRAL-BANK"
_BOOKED: Final = "BOOK"
_FEN_DIGITS: Final = 2
_PACS: Final = "urn:iso:std:iso:20022:tech:xsd:pacs.009.001.08"
_CAMT: Final = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
D = TypeVar("D", pacs.Document, camt.Document)


def write_transfer(transfer: Transfer, accounts: Accounts) -> bytes:
    """Return the pacs.009 of a transfer: the same transfer gives the same bytes."""
    reference, day = transfer.reference.hex(), XmlDate.from_string(date_text(day_of(transfer.at)))
    operator = _Side(f"{transfer.operator:03}", accounts.of(transfer.operator))
    central_bank = _Side(_CENTRAL_BANK, accounts.reserve)
    payer, receiver = (operator, central_bank) if transfer.direction is Direction.LOCK else (central_bank, operator)
    header = pacs.GroupHeader93(
        msg_id=reference,
        cre_dt_tm=_instant(transfer.at),
        nb_of_txs="1",
        sttlm_inf=pacs.SettlementInstruction7(sttlm_mtd=pacs.SettlementMethod1Code.CLRG),
    )
    body = pacs.CreditTransferTransaction36(
        pmt_id=pacs.PaymentIdentification7(instr_id=reference, end_to_end_id=reference, tx_id=reference),
        intr_bk_sttlm_amt=pacs.ActiveCurrencyAndAmount(value=_yuan(transfer.amount), ccy=CURRENCY),
        intr_bk_sttlm_dt=day,
        dbtr=payer.party(),
        dbtr_acct=payer.number(),
        cdtr=receiver.party(),
        cdtr_acct=receiver.number(),
    )
    document = pacs.FinancialInstitutionCreditTransferV08(grp_hdr=header, cdt_trf_tx_inf=[body])
    return _write(pacs.Document(ficdt_trf=document), _PACS)


def read_transfer(data: bytes, accounts: Accounts) -> Transfer:
    """Return the transfer of a pacs.009.

    Raises:
        BadInput: `bad_settlement_message`.
    """
    document = _read(data, pacs.Document).ficdt_trf
    (body,) = _require(document.cdt_trf_tx_inf, len(document.cdt_trf_tx_inf) == 1)
    payer, receiver = _account(body.dbtr_acct), _account(body.cdtr_acct)
    is_lock = receiver == accounts.reserve
    other = payer if is_lock else receiver
    _require(other, is_lock or payer == accounts.reserve)
    number = _require(other, other.startswith(accounts.operator_prefix)).removeprefix(accounts.operator_prefix)
    reference = body.pmt_id.end_to_end_id
    return Transfer(
        reference=LockId(bytes.fromhex(_require(reference, _is_hex(reference)))),
        direction=Direction.LOCK if is_lock else Direction.RELEASE,
        operator=OperatorId(int(_require(number, number.isascii() and number.isdigit()))),
        amount=_fen(body.intr_bk_sttlm_amt.value, body.intr_bk_sttlm_amt.ccy, CURRENCY),
        at=_milliseconds(document.grp_hdr.cre_dt_tm),
    )


def write_entry(entry: Entry) -> bytes:
    """Return the camt.054 that tells of one entry."""
    family = "RCDT" if entry.is_credit else "ICDT"
    code = camt.BankTransactionCodeStructure5(
        cd="PMNT", fmly=camt.BankTransactionCodeStructure6(cd=family, sub_fmly_cd="FICT")
    )
    amount = camt.ActiveOrHistoricCurrencyAndAmount(value=_yuan(entry.amount), ccy=entry.currency)
    references = camt.TransactionReferences6(end_to_end_id=entry.reference)
    report = camt.ReportEntry10(
        amt=amount,
        cdt_dbt_ind=camt.CreditDebitCode.CRDT if entry.is_credit else camt.CreditDebitCode.DBIT,
        sts=camt.EntryStatus1Choice(cd=_BOOKED if entry.is_booked else "PDNG"),
        acct_svcr_ref=entry.id,
        bk_tx_cd=camt.BankTransactionCodeStructure4(domn=code),
        ntry_dtls=[camt.EntryDetails9(tx_dtls=[camt.EntryTransaction10(refs=references)])],
        addtl_ntry_inf=entry.assurance or None,
    )
    account = camt.CashAccount39(
        id=camt.AccountIdentification4Choice(othr=camt.GenericAccountIdentification1(id=entry.account))
    )
    notification = camt.AccountNotification17(id=entry.id, acct=account, ntry=[report])
    header = camt.GroupHeader81(msg_id=entry.id, cre_dt_tm=_instant(entry.at))
    body = camt.BankToCustomerDebitCreditNotificationV08(grp_hdr=header, ntfctn=[notification])
    return _write(camt.Document(bk_to_cstmr_dbt_cdt_ntfctn=body), _CAMT)


def read_entries(data: bytes) -> list[Entry]:
    """Return the entries of which a camt.054 tells.

    Raises:
        BadInput: `bad_settlement_message`.
    """
    document = _read(data, camt.Document).bk_to_cstmr_dbt_cdt_ntfctn
    at = _milliseconds(document.grp_hdr.cre_dt_tm)
    return [_entry(notification, entry, at) for notification in document.ntfctn for entry in notification.ntry]


def answer(settlement: SimulatedSettlement, message: bytes, accounts: Accounts) -> list[bytes]:
    """Let the stand-in answer a pacs.009 with its camt.054; with none while the transfer waits for liquidity."""
    entry = settlement.answer(read_transfer(message, accounts))
    return [] if entry is None else [write_entry(entry)]


def _entry(notification: camt.AccountNotification17, entry: camt.ReportEntry10, at: UnixMs) -> Entry:
    details = [transaction for group in entry.ntry_dtls for transaction in group.tx_dtls]
    (transaction,) = _require(details, len(details) == 1)
    references, number = transaction.refs, notification.acct.id.othr
    return Entry(
        id=_text(entry.acct_svcr_ref),
        reference=_text(None if references is None else references.end_to_end_id),
        account=_text(None if number is None else number.id),
        amount=_fen(entry.amt.value, entry.amt.ccy, entry.amt.ccy),
        currency=_text(entry.amt.ccy),
        is_credit=entry.cdt_dbt_ind is camt.CreditDebitCode.CRDT,
        is_booked=entry.sts.cd == _BOOKED,
        assurance=entry.addtl_ntry_inf or "",
        at=at,
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """An institution and its account."""

    institution: str
    account: str

    def party(self) -> pacs.BranchAndFinancialInstitutionIdentification6:
        other = pacs.GenericFinancialIdentification1(id=self.institution)
        return pacs.BranchAndFinancialInstitutionIdentification6(
            fin_instn_id=pacs.FinancialInstitutionIdentification18(othr=other)
        )

    def number(self) -> pacs.CashAccount38:
        other = pacs.GenericAccountIdentification1(id=self.account)
        return pacs.CashAccount38(id=pacs.AccountIdentification4Choice(othr=other))


def _account(account: pacs.CashAccount38 | None) -> str:
    other = None if account is None else account.id.othr
    return _text(None if other is None else other.id)


def _write(document: pacs.Document | camt.Document, namespace: str) -> bytes:
    return XmlSerializer().render(document, ns_map={None: namespace}).encode()


def _read(data: bytes, kind: type[D]) -> D:
    """Parse hostile bytes: no entity is expanded, nothing is fetched, what does not fit the schema is refused."""
    if len(data) > MAX_MESSAGE:
        raise BadInput("bad_settlement_message", f"a message has at most {MAX_MESSAGE} bytes, not {len(data)}")
    # A document type is refused before anything reads it; other encodings could hide it.
    if b"<!DOCTYPE" in data:
        raise BadInput("bad_settlement_message", "a message has no document type and no entities")
    reader = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_pis=True
    )
    try:
        tree = etree.fromstring(data, reader).getroottree()
        found = XmlParser(config=ParserConfig(fail_on_converter_warnings=True)).parse(tree, kind)
    except (etree.XMLSyntaxError, ParserError, ConverterWarning, TypeError, ValueError) as error:
        raise BadInput("bad_settlement_message", f"this is no {kind.__module__.rpartition('.')[2]}") from error
    return found


def _text(value: str | None) -> str:
    # 35 letters are the longest reference of a message.
    return _require(value or "", value is not None and 0 < len(value) <= 35)


T = TypeVar("T")


def _require(value: T, holds: bool) -> T:
    if not holds:
        raise BadInput("bad_settlement_message", "the message lacks what a transfer of reserves has")
    return value


def _is_hex(text: str) -> bool:
    return len(text) == 32 and set(text) <= set("0123456789abcdef")


def _yuan(amount: Fen) -> Decimal:
    return Decimal(amount).scaleb(-_FEN_DIGITS)


def _fen(value: Any, currency: str, wanted: str) -> Fen:
    """Return whole fen; every comparison is exact, whatever digits or exponent came in."""
    # An empty element stays an empty text.
    is_number = isinstance(value, Decimal) and value.is_finite()
    _require(value, is_number and currency == wanted and 0 < value <= _yuan(MAX_AMOUNT))
    fen = value.scaleb(_FEN_DIGITS)
    return Fen(int(_require(fen, fen == fen.to_integral_value())))


def _instant(at: UnixMs) -> XmlDateTime:
    return XmlDateTime.from_datetime(datetime.fromtimestamp(at // 1_000, UTC).replace(microsecond=at % 1_000 * 1_000))


def _milliseconds(instant: Any) -> UnixMs:
    # An empty element stays an empty text.
    _require(instant, isinstance(instant, XmlDateTime))
    try:
        moment = instant.to_datetime()
    except (ValueError, OverflowError) as error:
        raise BadInput("bad_settlement_message", "the message is of a day that the calendar does not have") from error
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return UnixMs(int(aware.timestamp()) * 1_000 + aware.microsecond // 1_000)
