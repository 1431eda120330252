"""What lies in the folder that an institution was given: what counts, what is strange, and which list did not come."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.identity.centre import LIST_DAYS, Centre
from dcep.identity.certificates import BadCertificate
from dcep.identity.folder import TrustFolder
from dcep.identity.trust import Untrusted
from tests.unit.identity.test_centre import ask, found
from tests.unit.identity.town import NOW, days


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """Return a centre with one certificate, which has given everything to `trust`."""
    made = found(tmp_path / "centre")
    ask(made, 7)
    made.publish(tmp_path / "trust")
    return made


@pytest.fixture
def trust(centre: Centre, tmp_path: Path) -> TrustFolder:
    """Return the folder that the centre has given."""
    return TrustFolder(tmp_path / "trust")


def test_everybody_is_given_everything_but_the_root_key(centre: Centre, tmp_path: Path) -> None:
    """Whoever has the key is the authority."""
    given = {path.relative_to(tmp_path / "trust"): path.read_bytes() for path in (tmp_path / "trust").rglob("*.pem")}

    assert set(map(str, given)) == {"root.pem", "issued/7.pem", "revoked.pem"}
    assert not (tmp_path / "trust" / "root.key").exists()
    assert centre.authority.signer.seed not in b"".join(given.values())


def test_what_was_spoiled_is_given_again(centre: Centre, tmp_path: Path) -> None:
    """A disk that has lost the half of a file must not refuse an institution for a month."""
    file = tmp_path / "trust" / "issued" / "7.pem"
    whole = file.read_bytes()
    file.write_bytes(whole[:100])

    centre.publish(tmp_path / "trust")

    assert file.read_bytes() == whole


def test_a_folder_of_another_centre_is_left_as_it_is(centre: Centre, tmp_path: Path) -> None:
    """Whoever believes one root does not come to believe another by the way."""
    elsewhere = Centre.found(tmp_path / "elsewhere", name="other", now=NOW, days=30, serial=1)
    before = {path: path.read_bytes() for path in (tmp_path / "trust").rglob("*.pem")}

    with pytest.raises(BadInput, match="other_centre"):
        elsewhere.publish(tmp_path / "trust")

    assert {path: path.read_bytes() for path in (tmp_path / "trust").rglob("*.pem")} == before
    assert centre.trust.knows("7")


def test_a_folder_without_a_root_believes_nobody(tmp_path: Path) -> None:
    """It is said at the start, with the name of the file."""
    with pytest.raises(BadCertificate, match=r"root\.pem"):
        TrustFolder(tmp_path)


def test_all_is_well_until_the_next_list_should_have_come(trust: TrustFolder, centre: Centre, tmp_path: Path) -> None:
    """At the very moment it was promised for it is not late; when it comes, all is well again."""
    promised = days(LIST_DAYS)

    on_time, late = trust.warnings(promised), trust.warnings(UnixMs(promised + 1))
    centre.renew_list(now=promised)
    centre.publish(tmp_path / "trust")

    assert (on_time, late) == ([], ["revocations_overdue"])
    assert trust.warnings(UnixMs(promised + 1)) == []


def test_a_list_that_never_came_is_missed(centre: Centre, tmp_path: Path) -> None:
    """Nobody hears what was taken back, and nobody would know."""
    (tmp_path / "trust" / "revoked.pem").unlink()

    assert TrustFolder(tmp_path / "trust").warnings(NOW) == ["revocations_missing"]
    assert centre.trust.next_list_at == days(LIST_DAYS)


@pytest.mark.parametrize("wrong", ["garbage", "older", "gone"])
def test_a_wrong_list_changes_nothing_and_is_named(
    trust: TrustFolder, centre: Centre, tmp_path: Path, wrong: str
) -> None:
    """A thief would put there the one from before his theft was found."""
    file = tmp_path / "trust" / "revoked.pem"
    older = file.read_bytes()
    centre.revoke("7", now=NOW)
    centre.publish(tmp_path / "trust")
    with pytest.raises(Untrusted, match="certificate_revoked"):
        trust.resolve("7", NOW)

    file.unlink()
    if wrong != "gone":
        file.write_bytes(older if wrong == "older" else b"garbage")

    with pytest.raises(Untrusted, match="certificate_revoked"):
        trust.resolve("7", NOW)
    assert trust.warnings(NOW) == ([] if wrong == "gone" else ["bad_revocation_list"])


def test_files_that_hold_no_certificate_of_this_centre_are_named(trust: TrustFolder, tmp_path: Path) -> None:
    """They count for nobody, and the others count on."""
    issued = tmp_path / "trust" / "issued"
    (issued / "8.pem").write_bytes((issued / "7.pem").read_bytes())
    (issued / "9.pem").write_bytes(b"garbage")

    assert trust.strangers() == ("8.pem", "9.pem")
    assert [each.keyid for each in trust.institutions()] == ["7"]


def test_the_end_of_the_root_is_the_end_of_all(trust: TrustFolder) -> None:
    """Its last second belongs to it."""
    assert not trust.root_has_ended(UnixMs(days(3_650) + 999))
    assert trust.root_has_ended(UnixMs(days(3_650) + 1_000))
