"""Why a request failed, from the chain of exceptions of requests, urllib3, http.client and ssl."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from requests import RequestException
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

from sheetsync.fetch.body import Damaged, Incomplete, TooLarge
from sheetsync.fetch.guard import Refused
from sheetsync.model import Outcome

Kinds = type[BaseException] | tuple[type[BaseException], ...]

_PROXY_ANSWER = re.compile(r"Tunnel connection failed: (\d{3})")
#: The resolver said "not now" rather than "no such name".
_NOT_NOW = {socket.EAI_AGAIN, socket.EAI_FAIL}
_NOT_CONNECTED = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)
_BROKEN_OFF = (
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
    ConnectionResetError,  # http.client's RemoteDisconnected is one
    BrokenPipeError,
    ConnectionAbortedError,
    http.client.IncompleteRead,
    Incomplete,
)
_NO_WEB = "does not answer as a web server does"
_KINDS: tuple[tuple[Kinds, Outcome, str, bool], ...] = (
    (_BROKEN_OFF, Outcome.UNREACHABLE, "broke off in the middle", True),
    (TimeoutError, Outcome.TIMEOUT, "did not answer in time", False),
    (http.client.HTTPException, Outcome.UNREADABLE, _NO_WEB, False),
    (ConnectionRefusedError, Outcome.UNREACHABLE, "refused the connection", True),
    (OSError, Outcome.UNREACHABLE, "could not be reached", True),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """``detail`` is one line for a person; ``again``: it may well work in a second."""

    outcome: Outcome
    detail: str
    again: bool = False


def explain(error: BaseException, host: str) -> Failure:
    """What to say of an exception that came up while ``host`` was asked.

    Only words of our own and of OpenSSL: other exceptions' texts hold whole addresses, with keys.
    """
    causes = list(_causes(error))
    for judge in (_of_content, _of_proxy, _of_tls, _of_name):
        if found := judge(causes, host):
            return found
    for kinds, outcome, words, again in _KINDS:
        if any(isinstance(cause, kinds) for cause in causes):
            return Failure(outcome, f"{host} {words}.", again)
    return Failure(Outcome.UNREADABLE, f"{host} {_NO_WEB}.")


def _of_content(causes: list[BaseException], host: str) -> Failure | None:
    for cause in causes:
        if isinstance(cause, Refused):
            return Failure(Outcome.REFUSED_ADDRESS, cause.detail)
        if isinstance(cause, TooLarge):
            limit = cause.args[0] / 1e6
            detail = f"{host} sent more than {limit:g} MB; no more are read."
            return Failure(Outcome.TOO_LARGE, detail)
        if isinstance(cause, Damaged):
            return Failure(Outcome.UNREADABLE, f"The answer of {host} is of no use. {cause}")
    return None


def _of_proxy(causes: list[BaseException], host: str) -> Failure | None:
    for cause in causes:
        if said := _PROXY_ANSWER.search(str(cause)):
            detail = f"The proxy (HTTPS_PROXY) answered {said[1]} when asked for {host}."
            return Failure(Outcome.UNREACHABLE, detail, again=said[1] in ("502", "503", "504"))
    # urllib3 calls it the proxy's error, too, when a site behind it breaks off.
    to_proxy = any(isinstance(cause, ProxyError) for cause in causes)
    if to_proxy and any(isinstance(cause, _NOT_CONNECTED) for cause in causes):
        return Failure(Outcome.UNREACHABLE, "The proxy (HTTPS_PROXY) could not be reached.", True)
    return None


def _of_tls(causes: list[BaseException], host: str) -> Failure | None:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = str(cause.verify_message).rstrip(".")
            detail = f"{host} shows a certificate that cannot be trusted: {why}."
            return Failure(Outcome.UNREACHABLE, detail)
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not isinstance(
            cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)
        ):
            return Failure(Outcome.UNREACHABLE, f"No secure connection to {host} came about.")
    return None


def _of_name(causes: list[BaseException], host: str) -> Failure | None:
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            if cause.errno in _NOT_NOW:
                detail = (
                    f"The name {host} could not be looked up just now. Is this computer online?"
                )
                return Failure(Outcome.UNREACHABLE, detail, again=True)
            return Failure(Outcome.UNREACHABLE, f"There is no site of the name {host}.")
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and all that it wraps, however its library wraps them.

    Without those of requests: they only wrap, and every one of them calls itself an OSError.
    """
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        if not isinstance(cause, RequestException):
            yield cause
        wrapped = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting += [inner for inner in wrapped if isinstance(inner, BaseException)]
