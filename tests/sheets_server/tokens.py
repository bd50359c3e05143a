"""oauth2.googleapis.com: service accounts, signed requests for tokens, and what a token may do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt

from tests.sheets_server.errors import ApiError, Json, error_info

TOKEN_URI = "https://oauth2.googleapis.com/token"
DRIVE = "https://www.googleapis.com/auth/drive"
SHEETS = "https://www.googleapis.com/auth/spreadsheets"
_SKEW = 300


@dataclass
class Account:
    """Somebody who can ask: a service account with its key, or a person with a refresh token."""

    email: str
    public_key: bytes = b""
    refresh_token: str = ""
    #: Its key was deleted in the console.
    revoked: bool = False


class Refused(Exception):
    """The token endpoint's own form of an error."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


class Tokens:
    """``clock`` gives seconds since 1970: what the server believes the time to be."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.accounts: dict[str, Account] = {}
        self._given: dict[str, tuple[str, frozenset[str], float]] = {}

    def service_account(self, email: str) -> Json:
        """A new service account: the content of its key file."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.accounts[email] = Account(email, public)
        return {
            "type": "service_account",
            "project_id": "loopback",
            "private_key_id": "1",
            "private_key": private.decode(),
            "client_email": email,
            "client_id": "1",
            "token_uri": TOKEN_URI,
        }

    def person(self, email: str) -> Json:
        """A person's authorized_user file."""
        self.accounts[email] = Account(email, refresh_token=f"refresh-{email}")
        return {
            "type": "authorized_user",
            "client_id": "c",
            "client_secret": "s",
            "refresh_token": f"refresh-{email}",
            "token_uri": TOKEN_URI,
        }

    def grant(self, email: str, *scopes: str) -> str:
        """An access token without asking."""
        token = f"ya29.{len(self._given)}-{email}"
        self._given[token] = (email, frozenset(scopes or (SHEETS, DRIVE)), self._clock() + 3599)
        return token

    def exchange(self, form: str) -> Json:
        """POST /token. Raises Refused."""
        asked = {name: values[0] for name, values in parse_qs(form).items()}
        if asked.get("grant_type") == "refresh_token":
            token = asked.get("refresh_token", "")
            found = next(
                (a for a in self.accounts.values() if token and a.refresh_token == token), None
            )
            if found is None or found.revoked:
                raise Refused("invalid_grant", "Token has been expired or revoked.")
            return self._answer(found.email, SHEETS + " " + DRIVE)
        if asked.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            raise Refused("unsupported_grant_type", "Invalid grant_type: ")
        return self._signed(asked.get("assertion", ""))

    def _signed(self, assertion: str) -> Json:
        try:
            _, claims, signed, signature = jwt._unverified_decode(assertion)  # type: ignore[no-untyped-call]
        except ValueError as error:
            raise Refused("invalid_grant", "Bad Request") from error
        account = self.accounts.get(claims.get("iss", ""))
        if account is None:
            raise Refused("invalid_grant", "Invalid grant: account not found")
        good = crypt.verify_signature(signed, signature, account.public_key)  # type: ignore[no-untyped-call]
        if not good or account.revoked:
            raise Refused("invalid_grant", "Invalid JWT Signature.")
        if not claims["iat"] - _SKEW <= self._clock() <= claims["exp"] + _SKEW:
            raise Refused(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                "timeframe. Check your iat and exp values in the JWT claim.",
            )
        return self._answer(account.email, claims.get("scope", ""))

    def _answer(self, email: str, scopes: str) -> Json:
        token = self.grant(email, *scopes.split())
        return {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def caller(self, authorization: str, allowed: list[str]) -> str:
        """Who a call comes from. Raises 401 or 403 in Google's words.

        ``allowed``: the scopes of which one is needed.
        """
        if not authorization:
            raise ApiError(
                403,
                "Method doesn't allow unregistered callers (callers without established identity). "
                "Please use API Key or other form of API consumer identity to call this API.",
            )
        token = authorization.removeprefix("Bearer ")
        email, scopes, until = self._given.get(token, ("", frozenset(), 0.0))
        if not email or self._clock() > until:
            raise ApiError(
                401,
                "Request had invalid authentication credentials. Expected OAuth 2 access token, "
                "login cookie or other valid authentication credential. See "
                "https://developers.google.com/identity/sign-in/web/devconsole-project.",
            )
        if not scopes & set(allowed):
            raise ApiError(
                403,
                "Request had insufficient authentication scopes.",
                details=[error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT")],
            )
        return email


def key_file(info: Json) -> str:
    return json.dumps(info)
