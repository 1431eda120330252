"""What the authority signs, for whom, and what it refuses to sign."""

from __future__ import annotations

from base64 import b64decode, b64encode, encodebytes
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer, Suite, UnsupportedSuite
from dcep.errors import BadInput
from dcep.identity.authority import Authority, BadRevocations, Revocations, read_revocations, read_root
from dcep.identity.certificates import BadCertificate, Kind, Subject, name_of, read_certificate
from dcep.identity.requests import make_request, private_key, read_request
from dcep.ids import OperatorId
from tests.unit.identity.town import BANK, BANK_KEY, CENTRAL_BANK, NOW, ROOT, authority, days, issued


def refused(code: str) -> pytest.RaisesExc[BadInput]:
    """Expect a BadInput with this code."""
    return pytest.raises(BadInput, check=lambda error: error.code == code)


@pytest.mark.parametrize(
    "subject",
    [BANK, CENTRAL_BANK, Subject(name="银" * 21 + "!", kind=Kind.TIER1)],
    ids=["operator", "central-bank", "longest-name"],
)
def test_a_certificate_says_who_has_the_key_and_from_when_to_when(subject: Subject) -> None:
    """Name, kind and number come back as they were given, in any script; the serial is the keyid."""
    institution = read_certificate(issued(0x0A1B, subject=subject))

    assert (institution.keyid, institution.subject, institution.key) == ("a1b", subject, BANK_KEY.public)
    assert (institution.starts_at, institution.ends_at) == (NOW, days(90))


def test_moments_are_whole_seconds() -> None:
    """X.509 holds no smaller ones: a certificate counts from the second in which it was made."""
    institution = read_certificate(issued(7, at=UnixMs(NOW + 999)))

    assert institution.starts_at == NOW


def test_any_x509_program_reads_what_the_authority_wrote() -> None:
    """Extensions are those of RFC 5280: a root that issues, leaves that sign."""
    root, leaf = read_root(authority().root), x509.load_pem_x509_certificate(issued(7))

    assert root.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    leaf.verify_directly_issued_by(root)


def test_the_same_request_gives_the_same_certificate() -> None:
    """Time and serial are values: nothing is read from the machine."""
    assert issued(7) == issued(7)


def test_a_request_of_whoever_does_not_have_the_key_is_refused() -> None:
    """Else a thief could have somebody else's key certified as his own."""
    good = x509.load_pem_x509_csr(make_request(BANK_KEY, BANK)).public_bytes(Encoding.DER)
    forged = x509.load_der_x509_csr(good[:-1] + bytes((good[-1] ^ 1,))).public_bytes(Encoding.PEM)

    with refused("bad_certificate_request"):
        authority().issue(forged, BANK, now=NOW, days=90, serial=7)


def test_a_request_that_names_another_institution_is_refused() -> None:
    """The centre has found out who asks; what the request says must be the same."""
    with refused("bad_certificate_request"):
        authority().issue(make_request(BANK_KEY, CENTRAL_BANK), BANK, now=NOW, days=90, serial=7)


def test_a_request_for_a_key_of_another_suite_is_refused() -> None:
    """Institutions sign with Ed25519."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(name_of(BANK))
    request = builder.sign(generate_private_key(SECP256R1()), SHA256()).public_bytes(Encoding.PEM)

    with refused("bad_certificate_request"):
        authority().issue(request, BANK, now=NOW, days=90, serial=7)
    with pytest.raises(UnsupportedSuite):
        make_request(Signer(b"p" * 32, Suite.P256), BANK)


def test_a_request_that_asks_for_more_is_refused() -> None:
    """To be an authority itself, above all."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(name_of(BANK))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    request = builder.sign(private_key(BANK_KEY), None).public_bytes(Encoding.PEM)

    with refused("bad_certificate_request"):
        authority().issue(request, BANK, now=NOW, days=90, serial=7)


@pytest.mark.parametrize("parts", ["name", "name kind kind", "name kind number more", "kind number", "name kind 1"])
def test_a_subject_in_another_form_is_refused(parts: str) -> None:
    """One institution has one spelling: two would be two institutions to whoever compares texts."""
    known = {
        "name": (NameOID.COMMON_NAME, "Bank of the East"),
        "kind": (NameOID.ORGANIZATIONAL_UNIT_NAME, "operator"),
        "number": (NameOID.SERIAL_NUMBER, "001"),
        "1": (NameOID.SERIAL_NUMBER, "1"),
        "more": (NameOID.LOCALITY_NAME, "Shanghai"),
    }
    name = x509.Name([x509.NameAttribute(*known[part]) for part in parts.split()])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(private_key(BANK_KEY), None)

    with refused("bad_certificate_request"):
        read_request(request.public_bytes(Encoding.PEM), BANK)


@pytest.mark.parametrize(
    ("name", "kind", "operator"),
    [
        ("", Kind.LEDGER, None),
        ("n" * 65, Kind.LEDGER, None),
        ("银" * 22, Kind.LEDGER, None),
        ("two\nlines", Kind.LEDGER, None),
        ("a bank", Kind.OPERATOR, None),
        ("a ledger", Kind.LEDGER, OperatorId(1)),
        ("a bank", Kind.OPERATOR, OperatorId(0)),
        ("a bank", Kind.OPERATOR, OperatorId(1_000)),
    ],
)
def test_an_institution_that_cannot_be_is_refused(name: str, kind: Kind, operator: OperatorId | None) -> None:
    """Operators have a number and nobody else has; a name stands on one line."""
    with refused("bad_institution"):
        Subject(name=name, kind=kind, operator=operator)


def test_a_certificate_does_not_outlive_the_root() -> None:
    """The last days would be refused by everybody, and nobody would know why."""
    root = authority(valid_days=30)

    assert read_certificate(issued(7, by=root, valid_days=30)).ends_at == days(30)
    with refused("bad_validity"):
        issued(8, by=root, valid_days=31)


@pytest.mark.parametrize(
    ("valid_days", "serial"), [(0, 7), (-1, 7), (40_000, 7), (10**12, 7), (90, 0), (90, -7), (90, 1 << 159)]
)
def test_days_and_serials_have_bounds(valid_days: int, serial: int) -> None:
    """A serial has at most 20 octets (RFC 5280), and a certificate of no day would count for nothing."""
    with refused("bad_validity"):
        issued(serial, by=authority(valid_days=36_500), valid_days=valid_days)


def test_the_root_key_and_its_certificate_belong_together() -> None:
    """Else the authority would sign what nobody believes."""
    with pytest.raises(BadCertificate):
        Authority(signer=BANK_KEY, root=authority().root)


def test_an_institutions_certificate_is_no_root() -> None:
    """Whoever is certified does not certify."""
    with pytest.raises(BadCertificate):
        read_root(issued(7, signer=ROOT))


def test_a_list_says_which_serials_were_taken_back_and_when() -> None:
    """It is numbered, so that an older one is not taken for the newest, and says when the next one is missed."""
    written = authority().revocations({7: NOW, 9: days(1)}, now=days(1), days=30, number=3)

    said = Revocations(number=3, revoked={7: NOW, 9: days(1)}, next_at=days(31))
    assert read_revocations(written, read_root(authority().root)) == said


def test_a_list_of_another_authority_is_refused() -> None:
    """It bears the same name, and another key has signed it."""
    foreign = authority(Signer(b"f" * 32)).revocations({7: NOW}, now=NOW, days=30, number=1)

    with pytest.raises(BadRevocations):
        read_revocations(foreign, read_root(authority().root))


_PIECES = {
    "CERTIFICATE": issued(7),
    "CERTIFICATE REQUEST": make_request(BANK_KEY, BANK),
    "X509 CRL": authority().revocations({7: NOW}, now=NOW, days=30, number=1),
}


def read(title: str, pem: bytes) -> None:
    """Read a piece as whoever gets it does."""
    match title:
        case "CERTIFICATE":
            read_certificate(pem)
        case "CERTIFICATE REQUEST":
            read_request(pem, BANK)
        case _:
            read_revocations(pem, read_root(authority().root))


@given(title=st.sampled_from(sorted(_PIECES)), at=st.integers(0, 600), put=st.binary(max_size=3), cut=st.integers(0, 3))
@settings(max_examples=500)
def test_hostile_bytes_are_refused_and_never_break_anything(title: str, at: int, put: bytes, cut: int) -> None:
    """Whatever is changed, it is read or refused with a code of this house; a signed piece that changed is refused."""
    data = b64decode(b"".join(_PIECES[title].splitlines()[1:-1]))
    spoiled = data[:at] + put + data[at + cut :]
    pem = b"-----BEGIN %b-----\n%b-----END %b-----\n" % (title.encode(), encodebytes(spoiled), title.encode())

    if spoiled == data:
        read(title, pem)
        return
    # Who has signed a certificate is asked where it is added, not where it is read.
    with suppress(BadCertificate) if title == "CERTIFICATE" else pytest.raises(BadInput) as caught:
        read(title, pem)

    assert caught is None or caught.value.code in ("bad_certificate_request", "bad_revocation_list")


def test_bytes_without_end_are_not_read() -> None:
    """A certificate has some hundred bytes."""
    with pytest.raises(BadCertificate, match="too long"):
        read_certificate(issued(7) + b" " * 20_000)


def test_a_serial_below_one_is_none() -> None:
    """The library reads it with a warning; a keyid with a sign in front would be another spelling."""
    pem = issued(0xA1B).splitlines()
    der = b64decode(b"".join(pem[1:-1])).replace(b"\x02\x02\x0a\x1b", b"\x02\x02\x8a\x1b", 1)

    with pytest.raises(BadCertificate):
        read_certificate(b"\n".join([pem[0], b64encode(der), pem[-1]]))
