"""Where a link may lead: the open Internet, and what the installation names; nowhere else (SSRF)."""

import socket

import pytest
from pytest_django import Settings

from pregonero.newsroom.reading.errors import NotPublic, Unreachable
from pregonero.newsroom.reading.fetch import PAGE_LIMITS, fetch
from pregonero.newsroom.reading.urls import canonical_link, host_of, is_allowed_by_name, port_of
from pregonero.ssrf import is_public, open_addresses
from tests.newsroom.website import Website


def addresses_of(link: str) -> tuple[str, ...]:
    """Return the IP addresses to which a download of the link may connect."""
    address = canonical_link(link)
    return open_addresses(host_of(address), port_of(address))


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.255.0.9", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.127.255.255", "198.18.0.1", "192.0.0.170", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%2", "fc00::1", "fd12::9", "fec0::1",
        "ff02::1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:53aa::1",
        "2001:db8::1", "100::1", "fd00:ec2::254",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize(
    "ip", ["8.8.8.8", "190.60.1.1", "100.128.0.1", "2800:484::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are(ip: str) -> None:
    assert is_public(ip)


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://127.1:80/", "http://localhost/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data/", "http://0/",
    ],
)  # fmt: skip
def test_a_link_into_the_machine_is_refused_however_it_is_written(link: str, settings: Settings) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = []
    with pytest.raises(NotPublic, match="red interna"):
        addresses_of(link)


def test_only_the_named_port_is_allowed(settings: Settings) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1:8801"]
    assert addresses_of("http://127.0.0.1:8801/sitio/") == ("127.0.0.1",)
    assert "127.0.0.1" in addresses_of("http://localhost:8801/sitio/")
    with pytest.raises(NotPublic):
        addresses_of("http://127.0.0.1:8802/")


@pytest.mark.parametrize(
    ("allowed", "link", "expected"),
    [
        ("10.0.0.0/8", "http://10.2.3.4/x", True),
        ("10.0.0.0/8", "http://11.2.3.4/x", False),
        ("intranet.mincit.gov.co:443", "https://intranet.mincit.gov.co/x", True),
        ("intranet.mincit.gov.co:443", "http://intranet.mincit.gov.co/x", False),
        ("[::1]:8801", "http://[::1]:8801/x", True),
    ],
)
def test_what_the_installation_names(allowed: str, link: str, expected: bool, settings: Settings) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = [allowed]
    assert is_allowed_by_name(link) is expected


def answer_names(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[list[str]]]) -> None:
    """Make each name resolve to the next of its lists, and an IP address to itself."""
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: object, **options: object) -> object:
        if host not in answers:
            return real(host, port, *rest, **options)  # type: ignore[arg-type]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in answers[host].pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_names(monkeypatch, {"sede.test": [["190.60.1.1", "10.0.0.1"]]})
    with pytest.raises(NotPublic):
        addresses_of("http://sede.test/")


def test_a_name_that_changes_its_answer_gains_nothing(
    monkeypatch: pytest.MonkeyPatch, site: Website, inner: Website
) -> None:
    # A client that resolved the name again after the check would connect to the second answer, the inner site.
    site.put("/noticia", "<title>Buena</title>")
    answer_names(monkeypatch, {"sede.test": [["127.0.0.1"], ["127.0.0.1"]]})
    came = fetch(f"http://sede.test:{site.port}/noticia", PAGE_LIMITS)
    assert came.body == b"<title>Buena</title>"
    assert site.requests[0][1]["host"] == f"sede.test:{site.port}"
    with pytest.raises(NotPublic):
        fetch(f"http://sede.test:{inner.port}/secreto", PAGE_LIMITS)
    assert inner.requests == []


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch, site: Website) -> None:
    site.put("/noticia", "<title>Buena</title>")
    answers = {"sede.test": [["127.0.0.1"]]}  # a second look-up would find nothing and fail
    answer_names(monkeypatch, answers)
    fetch(f"http://sede.test:{site.port}/noticia", PAGE_LIMITS)
    assert answers == {"sede.test": []}


def test_a_name_that_does_not_exist_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Unreachable, match="no-existe"):
        addresses_of("https://no-existe.gov.co/")
