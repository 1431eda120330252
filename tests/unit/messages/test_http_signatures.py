"""Signed requests: what counts, what does not, and what anybody may send."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer, Suite, require_signature
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.messages.http_signatures import (
    MAX_AHEAD_S,
    MAX_LIFE_S,
    BadRequestSignature,
    Nonces,
    Request,
    UnsignedRequest,
    content_digest,
    decode_signature_input,
    sign_request,
    signature_base,
    verify_request,
)
from dcep.messages.layout import Key

NOW = UnixMs(1_700_000_000_000)
BANK = Signer(b"b" * 32)
ORDER = Request(method="POST", target="https://centralbank.example/v1/orders?city=310000", body=b'{"amount_fen": 500}')
NONCE = "n" * 22


@dataclass(frozen=True)
class Known:
    """Somebody with a key."""

    key: Key
    suite: Suite = Suite.ED25519


def resolve(keyid: str) -> Known:
    """Return the bank under its keyid; nobody else is known."""
    if keyid != "0a1b":
        raise BadInput("unknown_certificate", "nobody has this certificate")
    return Known(Key(BANK.public))


def signed(
    request: Request = ORDER, *, nonce: str = NONCE, now: UnixMs = NOW, life_s: int = MAX_LIFE_S
) -> dict[str, str]:
    """Return the headers of a request as the bank signs it."""
    return sign_request(request, BANK, keyid="0a1b", nonce=nonce, now=now, life_s=life_s)


def verify(
    headers: dict[str, str], request: Request = ORDER, *, nonces: Nonces | None = None, now: UnixMs = NOW
) -> Known:
    """Return who has signed a request."""
    return verify_request(request, headers.items(), resolve=resolve, nonces=nonces or Nonces(), now=now)


def later(seconds: int) -> UnixMs:
    """Return a moment after NOW."""
    return UnixMs(NOW + seconds * 1_000)


def test_the_ed25519_vector_of_rfc_9421() -> None:
    """Section B.2.6: the base, and therefore the signature, is the standard's to the byte."""
    signer = Signer(base64.urlsafe_b64decode("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU="))
    written = (
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    values = {
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "@method": "POST",
        "@path": "/foo",
        "@authority": "example.com",
        "content-type": "application/json",
        "content-length": "18",
    }
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )

    base = signature_base(values, decode_signature_input(written))

    assert base64.b64encode(signer.public) == b"JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
    assert signer.sign(base) == signature
    require_signature(signer.public, base, signature)


def test_the_digest_is_that_of_rfc_9530() -> None:
    """Section D: the body of the example has this digest."""
    digest = content_digest(b'{"hello": "world"}\n')

    assert digest == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"


def test_a_signed_request_tells_who_has_signed_it() -> None:
    """The names of headers come in any case."""
    headers = {name.upper(): value for name, value in signed().items()}

    assert verify(headers).key == BANK.public


def test_a_signature_lasts_until_it_expires_and_not_longer() -> None:
    """At the very second of expiry it has ended; one that is created a little ahead counts."""
    headers = signed(life_s=10)

    assert verify(headers, now=later(9)).key == BANK.public
    assert verify(headers, now=later(-MAX_AHEAD_S)).key == BANK.public
    for wrong in (later(10), later(-MAX_AHEAD_S - 1)):
        with pytest.raises(BadRequestSignature):
            verify(headers, now=wrong)


@pytest.mark.parametrize(
    "other",
    [
        replace(ORDER, method="PUT"),
        replace(ORDER, target=ORDER.target + "0"),
        replace(ORDER, target=ORDER.target.replace("https", "http")),
        replace(ORDER, body=ORDER.body + b" "),
        replace(ORDER, method="PO\nST"),
        replace(ORDER, target="https://centralbank.example/v1/orders city"),
    ],
    ids=["method", "address", "scheme", "body", "broken-method", "broken-address"],
)
def test_a_signature_counts_for_its_own_request_alone(other: Request) -> None:
    """Whoever carries it may not send it elsewhere or with other words."""
    with pytest.raises(BadRequestSignature):
        verify(signed(), other)


@pytest.mark.parametrize("missing", ["Content-Digest", "Signature-Input", "Signature"])
def test_a_request_without_one_of_the_headers_is_unsigned(missing: str) -> None:
    """The code tells a forgetful client from a hostile one."""
    headers = signed()
    del headers[missing]

    with pytest.raises(UnsignedRequest, match=missing.lower()) as caught:
        verify(headers)

    assert caught.value.code == "unsigned_request"


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """Return signed headers of which one has other text in the place of `old`; at its end, if that is empty."""
    headers = signed()
    before = headers[name]
    headers[name] = before.replace(old, new) if old else before + new
    assert headers[name] != before
    return headers


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"@method" ', ""),
        ('"@method" "@target-uri"', '"@target-uri" "@method"'),
        ("expires=1700000300", "expires=1700000301"),
        ("expires=1700000300", "expires=1700000000"),
        (";expires=1700000300", ""),
        (f';nonce="{NONCE}"', ""),
        (NONCE, "short"),
        (NONCE, "n" * 2_000),
        (NONCE, "é" * 22),
        ('"ed25519"', '"hmac-sha256"'),
        ("created=", "created=0"),
        (";created", "; created"),
        ("sig1", "sig2"),
        ("", ";tag=1"),
        ("", ";created=1700000000"),
        ("", ", sig2=()"),
        ("", " "),
    ],
)
def test_an_input_in_another_form_is_refused(old: str, new: str) -> None:
    """Each covered component, each parameter, once, as the standard writes it: two readers never differ."""
    with pytest.raises(BadRequestSignature):
        verify(changed("Signature-Input", old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("==:", "=:"),
        ("==:", "=:="),
        ("sig1=:", "sig1=:AAAA"),
        ("sig1=:", "sig1=:=="),
        ("sig1", "sig2"),
        ("", ", a=:AA:"),
    ],
)
def test_a_signature_in_another_form_is_refused(old: str, new: str) -> None:
    """Base64 has one spelling here, and a request one signature."""
    with pytest.raises(BadRequestSignature):
        verify(changed("Signature", old, new))


def test_another_spelling_of_the_same_signature_is_refused() -> None:
    """The last digit of this base64 has bits that say nothing: whoever changes them must not have another request."""
    text = signed()["Signature"]
    digit = text[-4]
    other = changed("Signature", f"{digit}==:", f"{chr(ord(digit) + 1)}==:")

    assert base64.b64decode(other["Signature"][6:-1]) == base64.b64decode(text[6:-1])
    with pytest.raises(BadRequestSignature, match="one form"):
        verify(other)


def test_a_header_that_comes_twice_is_refused() -> None:
    """One program would take the first and another the last."""
    headers = [*signed().items(), *signed(nonce="m" * 22).items()]

    with pytest.raises(BadRequestSignature, match="twice"):
        verify_request(ORDER, headers, resolve=resolve, nonces=Nonces(), now=NOW)


def test_the_key_of_another_is_refused() -> None:
    """The keyid names the bank, the signature is a thief's."""
    headers = sign_request(ORDER, Signer(b"t" * 32), keyid="0a1b", nonce=NONCE, now=NOW)

    with pytest.raises(BadRequestSignature, match="by this key"):
        verify(headers)


def test_an_unknown_keyid_is_answered_as_the_resolver_says() -> None:
    """Why nobody stands behind a keyid is for the certificates to say: ended, revoked, never given out."""
    headers = sign_request(ORDER, BANK, keyid="ff", nonce=NONCE, now=NOW)

    with pytest.raises(BadInput) as caught:
        verify(headers)

    assert caught.value.code == "unknown_certificate"


def test_a_nonce_is_taken_once() -> None:
    """Whoever has seen a request pass cannot send it again, nor another under its nonce."""
    nonces = Nonces()
    verify(signed(), nonces=nonces)

    with pytest.raises(BadRequestSignature, match="nonce"):
        verify(signed(), nonces=nonces)
    with pytest.raises(BadRequestSignature, match="nonce"):
        verify(signed(now=later(MAX_LIFE_S - 1)), nonces=nonces, now=later(MAX_LIFE_S - 1))


def test_a_request_that_does_not_count_takes_no_nonce() -> None:
    """Else a stranger could use up the nonces of others, and fill the memory."""
    nonces = Nonces(at_most=1)
    with pytest.raises(BadRequestSignature):
        verify(signed(), replace(ORDER, body=b"other"), nonces=nonces)

    assert verify(signed(), nonces=nonces).key == BANK.public


def test_a_full_memory_says_busy_until_signatures_end() -> None:
    """Nothing that still counts is forgotten; what has ended makes room."""
    nonces = Nonces(at_most=2)
    for number in range(2):
        verify(signed(nonce=f"{number:022}", life_s=10), nonces=nonces)

    with pytest.raises(Unavailable) as caught:
        verify(signed(nonce=f"{2:022}"), nonces=nonces)
    verify(signed(nonce=f"{3:022}", now=later(10)), nonces=nonces, now=later(10))

    assert caught.value.code == "busy"


def test_what_cannot_be_verified_is_not_signed() -> None:
    """The sender learns it here, not from the answer."""
    for request, nonce, life_s in (
        (replace(ORDER, target="/v1/orders"), NONCE, 10),
        (replace(ORDER, method="post"), NONCE, 10),
        (ORDER, "short", 10),
        (ORDER, NONCE, MAX_LIFE_S + 1),
        (ORDER, NONCE, 0),
    ):
        with pytest.raises(ValueError, match="cannot stand"):
            signed(request, nonce=nonce, life_s=life_s)


def test_a_key_of_p256_signs_in_its_own_algorithm_and_in_no_other() -> None:
    """As browsers and secure elements have it; for a certificate, which is of Ed25519, it counts nothing."""
    phone = Signer(b"p" * 32, Suite.P256)
    headers = sign_request(ORDER, phone, keyid="0a1b", nonce=NONCE, now=NOW)
    holder = Known(Key(phone.public), Suite.P256)

    found = verify_request(ORDER, headers.items(), resolve=lambda _: holder, nonces=Nonces(), now=NOW)

    assert found == holder
    assert headers["Signature-Input"].endswith(';alg="ecdsa-p256-sha256"')
    renamed = headers | {"Signature-Input": headers["Signature-Input"].replace("ecdsa-p256-sha256", "ed25519")}
    others = {
        "as ed25519": Known(Key(phone.public)),
        "a bank": Known(Key(BANK.public)),
        "a key": Known(Key(BANK.public), Suite.P256),
    }
    for told, keyid in ((headers, "as ed25519"), (headers, "a bank"), (headers, "a key"), (renamed, "a phone")):
        with pytest.raises(BadRequestSignature):
            verify_request(
                ORDER,
                told.items(),
                resolve=partial(_one_of, others | {"a phone": holder}, keyid),
                nonces=Nonces(),
                now=NOW,
            )


def _one_of(known: dict[str, Known], who: str, _: str) -> Known:
    return known[who]


@given(
    name=st.sampled_from(["Content-Digest", "Signature-Input", "Signature"]),
    at=st.integers(0, 200),
    cut=st.integers(0, 4),
    put=st.text(max_size=4) | st.sampled_from(['"', ";", ":", "=", "(", ")", ",", " ", "\\", "\n", "sig1"]),
)
def test_hostile_headers_are_refused_and_never_break_anything(name: str, at: int, cut: int, put: str) -> None:
    """Every change but none is an answer with a stable code."""
    headers = signed()
    text = headers[name]
    headers[name] = text[:at] + put + text[at + cut :]

    if headers[name] == text:
        assert verify(headers).key == BANK.public
        return
    with pytest.raises(DcepError) as caught:
        verify(headers)

    assert caught.value.code in ("bad_request_signature", "unknown_certificate")


@given(
    text=st.text(max_size=400)
    | st.from_regex(r'sig1=\("[^"]*"( "[^"]*")*\)(;[a-z]+=("[^"]*"|[0-9]+))*', fullmatch=True)
)
def test_an_input_is_read_in_its_one_form_or_not_at_all(text: str) -> None:
    """What is signed is what stood there: it is written again from what was read."""
    try:
        read = decode_signature_input(text)
    except BadRequestSignature:
        return

    assert f"{read.label}={read.encode()}" == text
