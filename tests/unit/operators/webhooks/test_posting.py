"""A message is posted to a server that nobody here knows: never to anything inside, and never for long."""

from __future__ import annotations

import pytest

from dcep.errors import BadInput
from dcep.operators.webhooks.posting import Poster
from dcep.operators.webhooks.targets import is_outside, read_target
from tests.unit.operators.webhooks.receivers import BUSY, TOOK, receiver

_INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104  nobody listens: it is looked at
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%1",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", _INSIDE)
def test_an_address_inside_is_never_connected_to(address: str) -> None:
    """Whoever names a webhook must not reach what only this machine or its network reaches, in whichever clothes."""
    poster = Poster(may_be_inside=False, resolve=lambda host, port: [address])
    target = read_target("https://merchant.example/", may_be_inside=False)

    assert not is_outside(address)
    assert poster.post(target, {}, b"{}") == "refused_address"


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_an_address_of_the_public_internet_is_outside(address: str) -> None:
    """Or nobody would be told."""
    assert is_outside(address)


def test_one_bad_address_among_good_ones_is_enough() -> None:
    """A host that is both would be connected to at one of them, whichever it would like."""
    poster = Poster(may_be_inside=False, resolve=lambda host, port: ["1.1.1.1", "127.0.0.1"])

    assert poster.post(read_target("https://merchant.example/", may_be_inside=False), {}, b"{}") == "refused_address"


def test_what_is_connected_to_is_what_was_looked_at() -> None:
    """The host is asked for once: a name server that answers otherwise the second time changes nothing."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with receiver(TOOK) as server:
        target = read_target(f"http://merchant.example:{server.port}/", may_be_inside=True)
        why = Poster(may_be_inside=True, resolve=resolve).post(target, {}, b"{}")

    assert (why, asked, len(server.heard)) == ("", ["merchant.example"], 1)
    assert server.heard[0][0]["host"] == f"merchant.example:{server.port}"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (TOOK, ""),
        (b"HTTP/1.0 200\r\n\r\n", ""),
        (BUSY, "status_500"),
        (b"HTTP/1.1 410 Gone\r\n\r\n", "status_410"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", "status_302"),
        (b"", "bad_answer"),
        (b"220 mail.example ESMTP\r\n", "bad_answer"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "bad_answer"),
        (b"x" * 100_000, "bad_answer"),
    ],
)
def test_an_answer_is_its_first_line_and_no_redirect_is_followed(answer: bytes, why: str) -> None:
    """Whatever comes behind it is read by nobody, and however long it is."""
    with receiver(answer) as server:
        target = read_target(server.url, may_be_inside=True)

        assert Poster(may_be_inside=True).post(target, {}, b"{}") == why
        assert len(server.heard) == 1


def test_a_server_that_never_answers_is_left() -> None:
    """It holds a courier for so long and no longer."""
    with receiver(None) as server:
        target = read_target(server.url, may_be_inside=True)

        assert Poster(may_be_inside=True, timeout_s=0.2).post(target, {}, b"{}") == "too_slow"


def test_nobody_there_and_no_such_host_are_failures_like_others() -> None:
    """A connection that is refused, and a name that leads nowhere."""

    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with receiver(TOOK) as server:
        target = read_target(server.url, may_be_inside=True)

    assert Poster(may_be_inside=True).post(target, {}, b"{}") == "no_connection"
    assert Poster(may_be_inside=True, resolve=nowhere).post(target, {}, b"{}") == "unknown_host"


def test_a_server_that_speaks_no_tls_is_not_told() -> None:
    """Amounts and wallets go over no line that everybody reads."""
    with receiver(TOOK) as server:
        target = read_target(f"https://127.0.0.1:{server.port}/", may_be_inside=True)

        assert Poster(may_be_inside=True, timeout_s=2.0).post(target, {}, b"{}") in ("no_connection", "too_slow")
        assert all(body != b"{}" for _, body in server.heard)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://merchant.example/",
        "ftp://merchant.example/",
        "https://",
        "https:///path",
        "https://user:password@merchant.example/",
        "https://user@merchant.example/",
        "https://merchant.example/#part",
        "https://merchant.example:0/",
        "https://merchant.example:70000/",
        "https://merchant.example/a b",
        "https://merchant.example/\r\nX: y",
        "https://münchen.example/",
        "https://-merchant.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://merchant.example/" + "x" * 2_048,
    ],
)
def test_an_address_that_can_be_none_is_refused_when_it_is_named(url: str) -> None:
    """The holder hears it at once, and nothing of it ever stands in a request."""
    with pytest.raises(BadInput, match="bad_webhook_url"):
        read_target(url, may_be_inside=False)
