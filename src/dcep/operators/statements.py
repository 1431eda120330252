"""Statements of a deposit as ISO 20022 camt.053.001.08: the entries of some days between two balances.

A statement names accounts and orders, and nobody: whoever it is for knows who he is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal  # noqa: TID251  the amount of such a message is a decimal number of yuan
from typing import Final

from pyiso20022.camt import camt_053_001_08 as camt
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.models.datatype import XmlDate, XmlDateTime

from dcep.clock import Day, UnixMs, date_text, day_of, start_of
from dcep.operators.exchange.deposits import Booking, CoreBanking

_SPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_CURRENCY: Final = "CNY"
# Codes of ISO 20022: the balance that a day began with, and the one that it closed with.
_OPENING, _CLOSING, _BOOKED = "OPBD", "CLBD", "BOOK"
_ISSUER: Final = "dcep"


def statement(core: CoreBanking, account: str, first: Day, last: Day, *, now: UnixMs) -> bytes:
    """Return the statement of a deposit for some Shanghai days as XML; the same days give the same entries.

    Args:
        first: the day that the statement opens with.
        last: the day that it closes with, `first` or later.
        now: when it is written.

    Raises:
        BadInput: `account_unknown`.
    """
    core.balance(account)
    since, until = start_of(first), start_of(Day(last + 1))
    movements = core.movements(account, until)
    opening = sum(booking.change_fen for booking in movements if booking.booked_at < since)
    entries = [booking for booking in movements if booking.booked_at >= since]
    closing = opening + sum(booking.change_fen for booking in entries)
    at = _instant(now)
    reference = f"{account}-{date_text(first)}-{last - first + 1}"[-35:]
    body = camt.AccountStatement9(
        id=reference,
        cre_dt_tm=at,
        fr_to_dt=camt.DateTimePeriod1(fr_dt_tm=_instant(since), to_dt_tm=_instant(until)),
        acct=camt.CashAccount39(
            id=camt.AccountIdentification4Choice(othr=camt.GenericAccountIdentification1(id=account)), ccy=_CURRENCY
        ),
        bal=[_balance(_OPENING, opening, first), _balance(_CLOSING, closing, last)],
        ntry=[_entry(booking) for booking in entries],
    )
    header = camt.GroupHeader81(msg_id=reference, cre_dt_tm=at)
    document = camt.Document(bk_to_cstmr_stmt=camt.BankToCustomerStatementV08(grp_hdr=header, stmt=[body]))
    return XmlSerializer().render(document, ns_map={None: _SPACE}).encode()


def read_statement(data: bytes) -> camt.Document:
    """Return the statement that was written; what is no camt.053 of this version is a bug of the writer."""
    strict = ParserConfig(
        fail_on_unknown_properties=True, fail_on_unknown_attributes=True, fail_on_converter_warnings=True
    )
    return XmlParser(config=strict).from_bytes(data, camt.Document)


def _entry(booking: Booking) -> camt.ReportEntry10:
    date = camt.DateAndDateTime2Choice(dt=XmlDate.from_string(date_text(day_of(booking.booked_at))))
    # A reference of ISO 20022 has 35 characters, and a command's id 64: its first ones name the order.
    references = camt.TransactionReferences6(end_to_end_id=booking.order_id[:35])
    return camt.ReportEntry10(
        ntry_ref=f"{booking.leg}-{booking.order_id}"[:35],
        amt=_amount(abs(booking.change_fen)),
        cdt_dbt_ind=_sign(booking.change_fen),
        rvsl_ind=booking.leg == "reversal",
        sts=camt.EntryStatus1Choice(cd=_BOOKED),
        bookg_dt=date,
        val_dt=date,
        bk_tx_cd=camt.BankTransactionCodeStructure4(
            prtry=camt.ProprietaryBankTransactionCodeStructure1(cd=str(booking.leg), issr=_ISSUER)
        ),
        ntry_dtls=[camt.EntryDetails9(tx_dtls=[camt.EntryTransaction10(refs=references)])],
    )


def _balance(code: str, fen: int, day: Day) -> camt.CashBalance8:
    return camt.CashBalance8(
        tp=camt.BalanceType13(cd_or_prtry=camt.BalanceType10Choice(cd=code)),
        amt=_amount(abs(fen)),
        cdt_dbt_ind=_sign(fen),
        dt=camt.DateAndDateTime2Choice(dt=XmlDate.from_string(date_text(day))),
    )


def _sign(fen: int) -> camt.CreditDebitCode:
    return camt.CreditDebitCode.DBIT if fen < 0 else camt.CreditDebitCode.CRDT


def _amount(fen: int) -> camt.ActiveOrHistoricCurrencyAndAmount:
    return camt.ActiveOrHistoricCurrencyAndAmount(value=Decimal(fen).scaleb(-2), ccy=_CURRENCY)


def _instant(ms: UnixMs) -> XmlDateTime:
    return XmlDateTime.from_datetime(datetime.fromtimestamp(ms // 1_000, UTC))
