"""The centre with its files: what it gave out and took back outlives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcep.crypto.keys import BadKeyFile
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.identity.centre import Centre
from dcep.identity.certificates import BadCertificate
from dcep.identity.requests import make_request
from dcep.identity.trust import TrustStore
from tests.unit.identity.town import BANK, BANK_KEY, CENTRAL_BANK, NOW, authority, days


def found(folder: Path) -> Centre:
    """Return the centre of a folder."""
    return Centre.found(folder, name="authentication centre", now=NOW, days=3_650, serial=1)


def ask(centre: Centre, serial: int, signer: Signer = BANK_KEY) -> bytes:
    """Return a certificate for the bank."""
    return centre.issue(make_request(signer, BANK), BANK, now=NOW, days=90, serial=serial)


def test_what_was_issued_and_taken_back_is_there_after_a_start(tmp_path: Path) -> None:
    """The centre is its files: another process goes on from them."""
    centre = found(tmp_path / "identity")
    ask(centre, 7)
    ask(centre, 8)
    centre.revoke("7", now=days(1))

    again = Centre(tmp_path / "identity")

    assert again.authority.root == centre.authority.root
    assert [each.keyid for each in again.trust.institutions] == ["8"]


def test_a_second_founding_gives_the_same_centre(tmp_path: Path) -> None:
    """A root key is never made twice: everything under the first would be void."""
    first = found(tmp_path / "identity")

    second = Centre.found(tmp_path / "identity", name="other", now=days(1), days=1, serial=2)

    assert second.authority.root == first.authority.root


def test_a_founding_that_was_cut_short_goes_on(tmp_path: Path) -> None:
    """The key was on disk and the certificate not yet: the key is kept."""
    key = found(tmp_path / "identity").authority.signer.public
    (tmp_path / "identity" / "root.pem").unlink()

    again = found(tmp_path / "identity")

    assert again.authority.signer.public == key
    assert ask(again, 7)


def test_the_root_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """Who reads it is the authority."""
    found(tmp_path / "identity")

    assert (tmp_path / "identity" / "root.key").stat().st_mode & 0o777 == 0o600


def test_a_serial_is_given_out_once(tmp_path: Path) -> None:
    """Also one that was taken back: a keyid means one certificate for ever."""
    centre = found(tmp_path / "identity")
    first = ask(centre, 7)
    centre.revoke("7", now=NOW)

    with pytest.raises(BadInput, check=lambda error: error.code == "serial_used"):
        ask(centre, 7, Signer(b"n" * 32))

    assert (tmp_path / "identity" / "issued" / "7.pem").read_bytes() == first


def test_a_key_belongs_to_one_institution(tmp_path: Path) -> None:
    """Its own next certificate may hold it again, another's may not: who has signed would be open."""
    centre = found(tmp_path / "identity")
    ask(centre, 7)
    ask(centre, 8)

    with pytest.raises(BadInput, check=lambda error: error.code == "key_used"):
        centre.issue(make_request(BANK_KEY, CENTRAL_BANK), CENTRAL_BANK, now=NOW, days=90, serial=9)


def test_only_what_was_issued_can_be_taken_back(tmp_path: Path) -> None:
    """A slip of the hand would else stand on the list for ever."""
    with pytest.raises(BadInput, check=lambda error: error.code == "unknown_certificate"):
        found(tmp_path / "identity").revoke("7", now=NOW)


def test_lists_grow_and_others_take_them_in_order(tmp_path: Path) -> None:
    """A certificate that was taken back stays on every later list."""
    centre = found(tmp_path / "identity")
    certificates = [ask(centre, 7), ask(centre, 8)]
    elsewhere = TrustStore(centre.authority.root)
    for certificate in certificates:
        elsewhere.add(certificate)

    first, second = centre.revoke("7", now=NOW), centre.revoke("8", now=days(1))
    elsewhere.take_back(first)
    elsewhere.take_back(second)

    assert elsewhere.institutions == ()
    assert centre.revocations == second


def test_a_folder_that_holds_no_authority_is_refused(tmp_path: Path) -> None:
    """Without its key, or with the root of another key."""
    with pytest.raises(BadKeyFile):
        Centre(tmp_path)
    found(tmp_path / "identity")
    (tmp_path / "identity" / "root.pem").write_bytes(authority(Signer(b"f" * 32)).root)

    with pytest.raises(BadCertificate):
        Centre(tmp_path / "identity")
