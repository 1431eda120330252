"""Hostile CSV: which line is refused, and with which code."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcep.errors import BadInput
from dcep.money import MAX_FEN, Fen
from dcep.simulation.payments_file import Accounts, Payments, read_accounts, read_payments

EXCERPT = Path(__file__).parents[3] / "vectors" / "payments"
CAPS = {1: None, 2: Fen(50_000_000), 3: Fen(2_000_000), 4: Fen(1_000_000)}

REFUSED_IN_ANY_FILE = [
    # what the file holds, line, code; {} stands for a header line without its end, [] for a row that is right
    (b"", 1, "missing_column"),
    (b"{}", 1, "cut_line"),
    (b"\xef\xbb\xbf", 1, "cut_line"),
    (b"\n{}\n[]\n", 1, "malformed_row"),
    (b"\xef\xbb\xbf\xef\xbb\xbf{}\n[]\n", 1, "missing_column"),
    (b"other\n", 1, "missing_column"),
    (b"{},{}\n", 1, "malformed_row"),
    (b"{}\r[]\r", 1, "cut_line"),
    (b"{}\r[]\n", 1, "malformed_row"),
    (b"\xff\xfe{}\n", 1, "not_utf8"),
    (b"{}\n[]", 2, "cut_line"),
    (b"{}\n[]\r", 2, "cut_line"),
    (b"{}\n[]\r\r\n", 2, "malformed_row"),
    (b"{}\n\n[]\n", 2, "malformed_row"),
    (b"{}\r\n\r\n", 2, "malformed_row"),
    (b"{}\n[]\n\n", 3, "malformed_row"),
    (b"{}\n \n", 2, "malformed_row"),
    (b"{}\n[],\n", 2, "malformed_row"),
    (b"{}\n1\n", 2, "malformed_row"),
    (b"{},note\n[]\n", 2, "malformed_row"),
    (b'{},note\n[],"a"\n', 2, "malformed_row"),
    (b"{},note\n[],a\0b\n", 2, "malformed_row"),
    (b"{},note\n[],a\rb\n", 2, "malformed_row"),
    (b"{},note\n[],\xc3\x28\n", 2, "not_utf8"),
    (b"{},note\n[],\xed\xa0\x80\n", 2, "not_utf8"),
    (b"{},note\n[]," + b"x" * 4_096 + b"\n", 2, "malformed_row"),
    (b"{}\n[]\n" + b"x" * 1_000_000, 3, "malformed_row"),
]

REFUSED_ACCOUNTS = [
    # rows under nodeid,init_balance,class; line, code
    (["-1,5,"], 2, "bad_number"),
    (["007,5,"], 2, "bad_number"),
    ([",5,"], 2, "bad_number"),
    (["1.0,5,"], 2, "bad_number"),
    (["1000000000000000000,5,"], 2, "bad_number"),
    (["\u0661,5,"], 2, "bad_number"),
    (["1,,"], 2, "bad_number"),
    (["1, 5,"], 2, "bad_number"),
    (["1,1e3,"], 2, "bad_number"),
    (["1,10000000000000,I"], 2, "bad_number"),
    (["1,-5,"], 2, "negative"),
    (["1,5.000,"], 2, "too_many_decimals"),
    (["1,5,i"], 2, "bad_class"),
    (["1,5,V"], 2, "bad_class"),
    (["1,5,2"], 2, "bad_class"),
    (["1,500000.01,II"], 2, "over_cap"),
    (["1,20000.01,"], 2, "over_cap"),
    (["1,5,", "2,5,", "1,5,"], 4, "repeated_account"),
    (["1,500000.01,V"], 2, "bad_class"),
    (["1,x,V"], 2, "bad_number"),
    (["x,-5,V"], 2, "bad_number"),
]

REFUSED_PAYMENTS = [
    # rows under sourceNodeId,targetNodeId,value,time, between accounts 1 and 2; line, code
    (["3,2,5,1"], 2, "unknown_account"),
    (["1,3,5,1"], 2, "unknown_account"),
    (["01,2,5,1"], 2, "bad_number"),
    (["1,-2,5,1"], 2, "bad_number"),
    (["3,x,5,1"], 2, "unknown_account"),
    (["1,2,-5,1"], 2, "negative"),
    (["1,2,5,"], 2, "bad_number"),
    (["1,2,5,1", "1,2,5,"], 3, "bad_number"),
    (["1,2,-0,1"], 2, "negative"),
    (["1,2,0.001,1"], 2, "too_many_decimals"),
    (["1,2,.5,1"], 2, "bad_number"),
    (["1,2,NaN,1"], 2, "bad_number"),
    (["1,2,5,0"], 2, "bad_number"),
    (["1,2,5,-1"], 2, "bad_number"),
    (["1,2,5,01"], 2, "bad_number"),
    (["1,2,5,1.0"], 2, "bad_number"),
    (["1,2,5,36526"], 2, "bad_number"),
    (["1,2,5,99999999999999999999"], 2, "bad_number"),
    (["1,2,5,2", "1,2,5,2", "1,2,5,1"], 4, "day_decreases"),
    (["1,2,5,2", "1,2,-5,1"], 3, "negative"),
]


@pytest.mark.parametrize(("content", "line", "code"), REFUSED_IN_ANY_FILE)
def test_a_file_that_is_not_our_csv_is_refused(tmp_path: Path, content: bytes, line: int, code: str) -> None:
    """Both files go through the same gate; what a lenient reader would mend may hide a cut or a shift of columns."""
    accounts_file, payments_file = tmp_path / "accounts.csv", tmp_path / "payments.csv"
    accounts_file.write_bytes(content.replace(b"{}", b"nodeid,init_balance").replace(b"[]", b"1,5"))
    header = b"sourceNodeId,targetNodeId,value,time"
    payments_file.write_bytes(content.replace(b"{}", header).replace(b"[]", b"1,2,5,1"))

    with pytest.raises(BadInput) as in_accounts:
        read(accounts_file)
    with pytest.raises(BadInput) as in_payments:
        read_payments(payments_file, two_accounts(tmp_path))

    assert (in_accounts.value.where, in_accounts.value.code) == (f"{accounts_file}:{line}", code)
    assert (in_payments.value.where, in_payments.value.code) == (f"{payments_file}:{line}", code)


@pytest.mark.parametrize(("rows", "line", "code"), REFUSED_ACCOUNTS)
def test_a_wrong_account_is_refused(tmp_path: Path, rows: list[str], line: int, code: str) -> None:
    """Fields are judged from left to right, then the row among the rows before it."""
    file = written(tmp_path / "accounts.csv", "nodeid,init_balance,class", rows)

    with pytest.raises(BadInput) as caught:
        read(file)

    assert (caught.value.where, caught.value.code) == (f"{file}:{line}", code)


@pytest.mark.parametrize(("rows", "line", "code"), REFUSED_PAYMENTS)
def test_a_wrong_payment_is_refused(tmp_path: Path, rows: list[str], line: int, code: str) -> None:
    """The whole file is refused for one row: half of a file is not what the user asked for."""
    file = written(tmp_path / "payments.csv", "sourceNodeId,targetNodeId,value,time", rows)

    with pytest.raises(BadInput) as caught:
        read_payments(file, two_accounts(tmp_path))

    assert (caught.value.where, caught.value.code) == (f"{file}:{line}", code)


@pytest.mark.parametrize(
    ("file", "header", "missing"),
    [
        ("accounts", "nodeid,balance", "init_balance"),
        ("accounts", "NodeId,init_balance", "nodeid"),
        ("accounts", "nodeid, init_balance", "init_balance"),
        ("payments", "sourceNodeId,targetNodeId,value", "time"),
        ("payments", "targetNodeId,value,time", "sourceNodeId"),
    ],
)
def test_a_missing_column_is_named(tmp_path: Path, file: str, header: str, missing: str) -> None:
    """Names are taken as they stand: a guess could take the wrong column."""
    path = written(tmp_path / f"{file}.csv", header, [])

    with pytest.raises(BadInput, match=f":1: missing_column: .* {missing}$"):
        read(path) if file == "accounts" else read_payments(path, Accounts())


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_file_that_cannot_be_read_is_wrong_input(tmp_path: Path, name: str) -> None:
    """A folder and a missing file have no line to name."""
    with pytest.raises(BadInput) as caught:
        read(tmp_path / name)

    assert (caught.value.where, caught.value.code) == (str(tmp_path / name), "no_file")


def test_the_first_wrong_line_is_the_one_that_is_named(tmp_path: Path) -> None:
    """Who mends a file from top to bottom sees each error once."""
    file = written(tmp_path / "accounts.csv", "nodeid,init_balance", ["1,5", "2,-5", "3", "3,5.555"])

    with pytest.raises(BadInput, match=":3: negative: "):
        read(file)


def test_the_message_is_one_plain_line_whatever_the_file_holds(tmp_path: Path) -> None:
    """A file must not move the cursor or fill the screen of whoever reads the message."""
    file = written(tmp_path / "accounts.csv", "nodeid,init_balance", ["1,\x1b[2J\u2028" + "9" * 3_000])

    with pytest.raises(BadInput) as caught:
        read(file)

    message = str(caught.value).removeprefix(f"{file}:2: bad_number: ")
    assert message.isprintable()
    assert message.isascii()
    assert len(message) < 200


def test_the_opening_factor_comes_before_the_cap(tmp_path: Path) -> None:
    """The wallet opens with the multiplied balance, so that is what the cap judges; exactly the cap may open."""
    file = written(tmp_path / "accounts.csv", "nodeid,init_balance", ["1,10000"])

    assert list(read(file, opening_factor=2).openings_fen) == [2_000_000]
    with pytest.raises(BadInput, match=":2: over_cap: "):
        read(file, opening_factor=3)


def test_openings_together_stay_within_64_bits(tmp_path: Path) -> None:
    """Their sum is what is issued; class I has no cap that would keep it small."""
    file = written(tmp_path / "accounts.csv", "nodeid,init_balance,class", ["1,0.03,I", "2,0.02,I"])
    factor = MAX_FEN // 5

    assert sum(read(file, opening_factor=factor).openings_fen) == MAX_FEN
    with pytest.raises(BadInput, match=":3: bad_number: "):
        read(file, opening_factor=factor + 1)
    with pytest.raises(BadInput, match=":2: bad_number: "):
        read(file, opening_factor=2 * factor)


def test_columns_are_found_by_name_and_others_ignored(tmp_path: Path) -> None:
    """The order of columns is the file's; a BOM, CRLF, and an ignored column named twice do no harm."""
    file = tmp_path / "accounts.csv"
    file.write_bytes("\ufeffnodeid,x,class,init_balance,x\r\n7,ä,IV,0.5,\r\n0,,,12,-\n".encode())

    accounts = read(file)

    assert list(accounts.node_ids) == [7, 0]
    assert list(accounts.openings_fen) == [50, 1_200]
    assert list(accounts.classes) == [4, 3]


def test_payments_keep_their_order_and_equal_rows(tmp_path: Path) -> None:
    """A payment's identity is its row number; zero and to oneself are refusals of the ledger, not of the file."""
    rows = ["1,2,5.5,1", "1,2,5.5,1", "2,2,0,1", "2,1,9999999999999.99,36525"]
    file = written(tmp_path / "payments.csv", "sourceNodeId,targetNodeId,value,time", rows)

    payments = read_payments(file, two_accounts(tmp_path))

    assert columns(payments) == [(0, 1, 550, 1), (0, 1, 550, 1), (1, 1, 0, 1), (1, 0, 999_999_999_999_999, 36_525)]


def test_a_line_may_have_4096_bytes_with_its_end(tmp_path: Path) -> None:
    """Bytes, not letters: that bounds what is kept of a file of one endless line."""
    longest = "1,5," + "é" * 2_045 + "x"
    assert len(longest.encode()) + 1 == 4_096

    assert len(read(written(tmp_path / "right.csv", "nodeid,init_balance,x", [longest]))) == 1
    with pytest.raises(BadInput, match=":2: malformed_row: "):
        read(written(tmp_path / "wrong.csv", "nodeid,init_balance,x", [longest + "x"]))


def test_files_without_rows_are_files(tmp_path: Path) -> None:
    """No account and no payment is a run in which nothing happens; a payment without accounts is not."""
    none = read(written(tmp_path / "accounts.csv", "nodeid,init_balance", []))
    header = "sourceNodeId,targetNodeId,value,time"

    assert len(none) == len(read_payments(written(tmp_path / "none.csv", header, []), none)) == 0
    with pytest.raises(BadInput, match=":2: unknown_account: "):
        read_payments(written(tmp_path / "one.csv", header, ["0,0,1,1"]), none)


def test_the_excerpt_is_read_whole() -> None:
    """Files of the real sample have CRLF line ends and columns that nobody asked for."""
    accounts = read(EXCERPT / "nodes.csv")
    payments = read_payments(EXCERPT / "transactions.csv", accounts)

    assert (len(accounts), len(payments)) == (1_014, 2_000)
    assert sum(payer == receiver for payer, receiver, _, _ in columns(payments)) == 7


def read(path: Path, *, opening_factor: int = 1) -> Accounts:
    """Read accounts that are of class III where the file tells none."""
    return read_accounts(path, default_class=3, opening_factor=opening_factor, caps=CAPS)


def columns(payments: Payments) -> list[tuple[int, int, int, int]]:
    """Return the payments as rows."""
    return list(zip(payments.payers, payments.receivers, payments.amounts_fen, payments.days, strict=True))


def two_accounts(folder: Path) -> Accounts:
    """Read a file of accounts 1 and 2."""
    return read(written(folder / "two_accounts.csv", "nodeid,init_balance", ["1,5", "2,5"]))


def written(path: Path, header: str, rows: list[str]) -> Path:
    """Write a file whose lines have their ends."""
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8", newline="")
    return path
