"""The way out as the operator's environment names it: a proxy, and whose certificates to trust.

HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY mean what they mean to curl. A host in NO_PROXY is
asked directly, which means with the whole guard: its name is looked up here and must be public.
The system's own proxy settings (macOS, Windows) are not read. REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE,
SSL_CERT_FILE and SSL_CERT_DIR, the first that is set, replace the certificates of certifi.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import certifi

from sheetsync.errors import ConfigError

_CA_NAMES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True)
class Network:
    """``proxies``: by scheme ("https", "http", "all"), and the exceptions under "no".

    ``ca`` is a file or a folder of certificates, "" for certifi's. Raises ConfigError.
    """

    proxies: Mapping[str, str] = field(default_factory=dict)
    ca: str = ""

    def __post_init__(self) -> None:
        for name, proxy in self.proxies.items():
            if name != "no" and not _is_proxy(proxy):
                raise ConfigError(
                    f"{name.upper()}_PROXY names no proxy that sheetsync can use.",
                    hint="Write it as http://host:port or https://host:port.",
                )

    @classmethod
    def from_environment(cls) -> Network:
        known = {"https", "http", "all", "no"}
        found = {k: v for k, v in getproxies_environment().items() if k in known and v}
        proxies = {k: v if k == "no" or "://" in v else f"http://{v}" for k, v in found.items()}
        ca = next((os.environ[name] for name in _CA_NAMES if os.environ.get(name)), "")
        return cls(proxies, ca)

    def proxy_for(self, url: str) -> str | None:
        """The proxy that this address is asked through, None for the direct way."""
        parts = urlsplit(url)
        if _is_exempt((parts.hostname or "").rstrip("."), self.proxies.get("no", "")):
            return None
        return self.proxies.get(parts.scheme) or self.proxies.get("all")

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or better, certificates and names checked. Raises ConfigError."""
        context = _Context(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            if self.ca and Path(self.ca).is_dir():
                context.load_verify_locations(capath=self.ca)
            else:
                context.load_verify_locations(cafile=self.ca or certifi.where())
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"{self.ca}: the certificates could not be loaded.",
                hint=f"{', '.join(_CA_NAMES)}: set none, or one that names a file in PEM format.",
            ) from error
        return context


class _Context(ssl.SSLContext):
    """Tells the end of a connection from a cut: a page that has no length ends with the former.

    RFC 9112, 9.8: such a page is complete only if a closure alert was received.
    """

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        kwargs["suppress_ragged_eofs"] = False
        return super().wrap_socket(*args, **kwargs)


def _is_exempt(host: str, exceptions: str) -> bool:
    """NO_PROXY: names separated by commas, each with all below it; "*" is everything."""
    names = [name.strip().lstrip(".").lower() for name in exceptions.split(",")]
    return "*" in names or any(f".{host}".endswith(f".{name}") for name in names if name)


def _is_proxy(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
