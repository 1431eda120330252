"""The authentication centre by hand: found, ask, issue, give, take back; whoever must act is told so."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from dcep.cli.certificates import found, give, issue, renew_list, replace, request, revoke, show
from dcep.clock import DAY_MS, UnixMs
from dcep.crypto.keys import read_seed
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.identity.authority import Authority
from dcep.identity.certificates import Kind, Subject, read_certificate
from dcep.identity.folder import TrustFolder
from dcep.identity.papers import read_pair
from dcep.identity.trust import Untrusted
from dcep.ids import OperatorId
from dcep.services import machine
from dcep.services.ceremony import Ceremony

_BANK = Subject(name="Bank One", kind=Kind.OPERATOR, operator=OperatorId(1))


class Desk:
    """A centre, a bank that asks it, and the folder of whoever believes both."""

    def __init__(self, folder: Path) -> None:
        self.centre, self.trust, self.key = folder / "centre", folder / "trust", folder / "bank.key"
        self.asked, self.certificate = folder / "bank.request", folder / "bank.pem"
        found(self.centre)

    def ask(self, name: str = "Bank One", operator: int = 1) -> None:
        self.asked.unlink(missing_ok=True)
        request(self.asked, key=self.key, name=name, kind="operator", operator=operator)

    def issue(self, days: int = 30) -> str:
        """Return the keyid of the bank's newest certificate, which everybody is given."""
        self.certificate.unlink(missing_ok=True)
        issue(self.centre, self.asked, to=self.certificate, name="Bank One", kind="operator", operator=1, days=days)
        give(self.centre, self.trust)
        return read_certificate(self.certificate.read_bytes()).keyid


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a centre that was founded, and a bank that has asked for a certificate."""
    made = Desk(tmp_path)
    made.ask()
    return made


def _shown(desk: Desk, capsys: pytest.CaptureFixture[str], within_days: int = 5) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = show(desk.trust, within_days=within_days, json=True)
    return code, json.loads(capsys.readouterr().out)


def test_a_certificate_is_asked_for_issued_and_given(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The key stays with the bank, its owner's alone; the root key stays with the centre."""
    keyid = desk.issue()
    code, told = _shown(desk, capsys)

    assert read_pair(desk.key, desk.certificate).institution.subject == _BANK
    assert TrustFolder(desk.trust).resolve(keyid, machine.now()).subject == _BANK
    assert {stat.S_IMODE(file.stat().st_mode) for file in (desk.key, desk.centre / "root.key")} == {0o600}
    assert code == 0
    assert [(row["keyid"], row["name"], row["operator"]) for row in told["certificates"]] == [(keyid, "Bank One", 1)]


def test_the_centre_issues_to_whom_it_knows(desk: Desk) -> None:
    """A request that names another institution gets nothing, and a key belongs to one."""
    desk.ask(name="Bank Two")

    with pytest.raises(BadInput, match="bad_certificate_request"):
        desk.issue()

    assert list((desk.centre / "issued").iterdir()) == []


def test_what_was_taken_back_counts_no_more(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the list was given; the next certificate of the same key is another one."""
    first, believed = desk.issue(), TrustFolder(desk.trust)

    revoke(desk.centre, first)
    before = believed.resolve(first, machine.now()).keyid
    second = desk.issue()

    assert before == first
    with pytest.raises(Untrusted, match="certificate_revoked"):
        believed.resolve(first, machine.now())
    assert [row["keyid"] for row in _shown(desk, capsys)[1]["certificates"]] == [second]


def test_whoever_must_act_hears_it_by_the_exit_code(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """What ends soon and has no successor; with one, nobody must."""
    short = desk.issue(days=3)
    code, told = _shown(desk, capsys)
    show(desk.trust)
    said = capsys.readouterr().out
    desk.issue()

    assert (code, told["to_renew"]) == (1, [short])
    assert f"! {short}" in said
    assert "2 days left" in said
    assert _shown(desk, capsys)[0] == 0


def test_a_list_that_is_late_is_signed_anew(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody misses it, and takes the next one."""
    desk.issue()
    late = machine.now() - 40 * DAY_MS
    root = (desk.centre / "root.pem").read_bytes()
    signer = Signer(read_seed(desk.centre / "root.key"))
    old = Authority(signer=signer, root=root).revocations({}, now=UnixMs(late), days=30, number=1)
    (desk.centre / "revoked.pem").write_bytes(old)
    (desk.trust / "revoked.pem").write_bytes(old)

    missed = _shown(desk, capsys)
    renew_list(desk.centre)
    give(desk.centre, desk.trust)

    assert (missed[0], missed[1]["warnings"]) == (1, ["revocations_overdue"])
    assert _shown(desk, capsys)[0] == 0


def test_nothing_is_overwritten(desk: Desk) -> None:
    """A certificate that was issued is in use; neither is a second one issued for nothing."""
    desk.issue()

    with pytest.raises(BadInput, match="file_exists"):
        request(desk.asked, key=desk.key, name="Bank One", kind="operator", operator=1)
    with pytest.raises(BadInput, match="file_exists"):
        issue(desk.centre, desk.asked, to=desk.certificate, name="Bank One", kind="operator", operator=1)
    with pytest.raises(BadInput, match="no_such_file"):
        issue(
            desk.centre, desk.asked.with_name("none"), to=desk.certificate, name="Bank One", kind="operator", operator=1
        )

    assert len(list((desk.centre / "issued").iterdir())) == 1


def test_a_stolen_key_is_replaced_and_its_certificate_taken_back(tmp_path: Path) -> None:
    """In the folder of `dcep up`, by the name of the institution."""
    ceremony = Ceremony(tmp_path, machine.random_bytes)
    ceremony.certify(machine.now())
    party = next(each for each in ceremony.parties() if each.subject.name == "central-bank")
    last = read_pair(party.key, party.certificate)

    replace("central-bank", data=tmp_path, stolen=True)

    now, trust = read_pair(party.key, party.certificate), TrustFolder(tmp_path / "trust")
    assert now.signer.public != last.signer.public
    assert trust.resolve(now.institution.keyid, machine.now()).subject == party.subject
    with pytest.raises(Untrusted, match="certificate_revoked"):
        trust.resolve(last.institution.keyid, machine.now())
    with pytest.raises(BadInput, match=r"unknown_institution.*'nobody'"):
        replace("nobody", data=tmp_path)
