"""requests' session, taught to ask the guard for its sockets and to read nothing by itself."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from http.cookiejar import DefaultCookiePolicy
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)

from sheetsync.fetch.deadline import current
from sheetsync.fetch.guard import Guard, Refused

_HOSTS_KEPT = 32


class Session(requests.Session):
    """No cookies, no .netrc, nothing from the environment, no redirects."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.clear()
        adapter = _Adapter(guard, tls)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: otherwise `send` reads the whole body of a redirect, 4 GB for one of 2 MB."""
        return


def prepared_for(url: str) -> requests.PreparedRequest:
    """The address as requests will send it, which is the one to be checked. Raises Refused."""
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare(method="GET", url=url)
    except (requests.RequestException, HTTPError, ValueError):
        raise Refused("This is no web address.") from None
    return prepared


class _Adapter(HTTPAdapter):
    """Every pool, direct or through a proxy, has connections that the guard opens."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext) -> None:
        self._pools = _guarded_pools(guard)
        self._tls = tls
        super().__init__(pool_connections=_HOSTS_KEPT, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, proxy_ssl_context=self._tls, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def close(self) -> None:
        """Close what is kept open now; urllib3 by itself leaves it to the garbage collector."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in list(manager.pools.keys()):
                if pool := manager.pools.get(key):
                    pool.close()
        super().close()

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        host, tls = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {**tls, "ssl_context": self._tls}

    def cert_verify(self, conn: Any, *args: Any, **kwargs: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"  # against the certificates that our context holds


class _Reader(io.BufferedReader):
    """Reads no more than it is asked for: a chunk of "-1" bytes means "all" to http.client."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            raise http.client.IncompleteRead(b"")
        return super().read(size)


class _Response(http.client.HTTPResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp = _Reader(self.fp.detach())


class _Guarded(HTTPConnection):
    """A connection whose socket comes from the guard and is held by the request's deadline."""

    guard: ClassVar[Guard]
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        deadline = current()
        opened = self.guard.open_proxy if self.proxy is not None else self.guard.open
        try:
            sock = opened(self._dns_host, self.port, deadline.left)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "not connected in time") from error
        except OSError as error:
            raise NewConnectionError(self, "not connected") from error
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            deadline.hold(sock)
        except OSError:
            sock.close()
            raise
        return sock

    @property
    def is_connected(self) -> bool:
        """Not fit for another request when bytes are left over that belong to no answer.

        urllib3 looks at the wire for them; these have been taken off it by TLS.
        """
        left_over = isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()
        return super().is_connected and not left_over

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # kept open since an earlier request
            current().hold(self.sock)
        super().request(*args, **kwargs)


def _guarded_pools(guard: Guard) -> dict[str, type[HTTPConnectionPool]]:
    one = guard

    class Plain(_Guarded):
        guard = one

    class Secure(_Guarded, HTTPSConnection):
        guard = one

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
