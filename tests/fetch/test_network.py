"""The way out that the operator's environment names."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi
import pytest

from sheetsync.errors import ConfigError
from sheetsync.fetch.network import Network

NAMES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
CA_NAMES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, *CA_NAMES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_nothing_set_is_the_direct_way() -> None:
    network = Network.from_environment()
    assert network == Network()
    assert network.proxy_for("https://www.tiktok.com/") is None


def test_proxies_by_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:pass@proxy.example.org:3128")
    monkeypatch.setenv("http_proxy", "plain.example.org:8080")
    network = Network.from_environment()
    assert network.proxy_for("https://a.org/") == "http://user:pass@proxy.example.org:3128"
    assert network.proxy_for("http://a.org/") == "http://plain.example.org:8080"


def test_one_proxy_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example.org:3128")
    assert Network.from_environment().proxy_for("https://a.org/") == "http://proxy.example.org:3128"


@pytest.mark.parametrize(
    ("exceptions", "host", "exempt"),
    [
        ("a.org", "a.org", True),
        ("a.org", "www.a.org", True),
        (".a.org", "www.a.org", True),
        ("a.org", "nota.org", False),
        ("b.org, a.org", "a.org", True),
        ("*", "a.org", True),
        ("", "a.org", False),
        (",", "a.org", False),
        ("A.org", "a.org", True),
    ],
)
def test_exceptions_go_the_direct_way(exceptions: str, host: str, exempt: bool) -> None:
    network = Network({"https": "http://proxy:1", "no": exceptions})
    assert (network.proxy_for(f"https://{host}/") is None) is exempt


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1080", "http://", "http://x:99999", "http://["]
)
def test_proxy_that_cannot_be_used_is_a_mistake(proxy: str) -> None:
    with pytest.raises(ConfigError, match="HTTPS_PROXY") as caught:
        Network({"https": proxy})
    assert proxy not in str(caught.value)


def test_first_certificates_that_are_set_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(reversed(CA_NAMES)):
        monkeypatch.setenv(name, f"/{number}")
        assert Network.from_environment().ca == f"/{number}"


def test_certificates_of_a_file_of_a_folder_or_of_certifi(tmp_path: Path) -> None:
    for ca in ("", certifi.where(), str(tmp_path)):
        context = Network(ca=ca).context()
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_certificates_that_are_missing_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    for name in ("none.pem", "bad.pem"):
        with pytest.raises(ConfigError, match=name):
            Network(ca=str(tmp_path / name)).context()
