"""What Google refuses, in the person's words: what happened, and the next step."""

from __future__ import annotations

import re
from typing import Any

import gspread
import requests
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError

from sheetsync.destinations.google_client import NotGoogle
from sheetsync.errors import DestinationError

_CONSOLE = "https://console.cloud.google.com/apis/library/sheets.googleapis.com"


def explain(
    error: Exception, who: str, spreadsheet: str, *, read: bool = False, tab: str = ""
) -> DestinationError:
    """``who``: the e-mail that asked, "" when it is not known; ``read`` says that the spreadsheet
    was read before, ``tab`` is the title of the one that refused. Nothing secret is repeated."""
    address = f"https://docs.google.com/spreadsheets/d/{spreadsheet}"
    if isinstance(error, gspread.exceptions.APIError):
        return _refused(error, who, address, read=read, tab=tab)
    if isinstance(error, PermissionError) and isinstance(
        error.__cause__, gspread.exceptions.APIError
    ):
        return _refused(error.__cause__, who, address, read=read, tab=tab)
    if isinstance(error, RefreshError | DefaultCredentialsError):
        return _no_token(error, who)
    if isinstance(error, requests.Timeout):
        return DestinationError(
            "Google did not answer in time, so nothing was written.", hint="Run this again."
        )
    if isinstance(error, NotGoogle):
        return DestinationError(
            "Something else answered in Google's place, so nothing was written.",
            hint="A network may want a sign-in first: open any page in the browser. See to the"
            " proxy, if there is one, and run this again.",
        )
    if isinstance(error, requests.RequestException | GoogleAuthError):
        return DestinationError(
            f"Google could not be reached ({type(error).__name__}), so nothing was written.",
            hint="See to the connection (a proxy is named by HTTPS_PROXY) and run this again.",
        )
    raise error


def _refused(  # noqa: PLR0911  one answer for each way to be refused
    error: gspread.exceptions.APIError, who: str, address: str, *, read: bool, tab: str
) -> DestinationError:
    status, said = error.response.status_code, _said(error)
    reason = _reason(error)
    if status == 403 and ("SERVICE_DISABLED" in reason or "has not been used" in said):
        page = re.search(r"https://console\.\S+project=\w+", said)
        return DestinationError(
            "The Google Sheets API is not enabled in the project of these credentials.",
            hint=f"Enable it at {page[0] if page else _CONSOLE} and run this again some minutes"
            " later.",
        )
    if status == 403 and ("SCOPE" in reason or "insufficient authentication scopes" in said):
        return DestinationError(
            "These credentials may not use Google Sheets (their scope is too small).",
            hint="Use a service account's key, or log in again with the scope"
            " https://www.googleapis.com/auth/spreadsheets",
        )
    if "protected" in said.lower():
        return DestinationError(
            f"A protected range {f'on the tab {tab}' if tab else 'of the spreadsheet'} does not"
            f" let {who or 'these credentials'} write.",
            hint="Data > Protect sheets and ranges: let that account edit, or take it off"
            " sheetsync's tabs, also the hidden ones (View > Hidden sheets).",
        )
    if status == 403 and read:
        return DestinationError(
            f"{who or 'The account of these credentials'} may not write the spreadsheet: it is"
            " shared with that account for reading only, or not any more.",
            hint=f"Open {address} , press Share, and make {who or 'its e-mail'} an Editor.",
        )
    if status == 403:
        return DestinationError(
            f"The spreadsheet is not shared with {who or 'the account of these credentials'}.",
            hint=f"Open {address} , press Share, add {who or 'its e-mail'} and share it as Editor.",
        )
    if status == 404:
        return DestinationError(
            f"There is no spreadsheet at {address}",
            hint="Copy the address from the browser's address bar.",
        )
    if status == 401:
        return DestinationError(
            "Google does not accept these credentials any more.",
            hint="Make a new key for the service account, or log in again.",
        )
    if status == 429:
        return DestinationError(
            "Google's quota is used up (60 calls a minute for each account).",
            hint="Wait a minute and run this again.",
        )
    if status == 400 and "not supported for this document" in said:
        return DestinationError(
            "The file is an Excel workbook that was only uploaded to Google.",
            hint="Open it in the browser, choose File > Save as Google Sheets, and give the new"
            " address with --to.",
        )
    if "10000000 cells" in said or "limit of 10,000,000" in said:
        return too_large()
    if status >= 500:
        return DestinationError(
            f"Google Sheets has a problem of its own ({status}).", hint="Run this again later."
        )
    return DestinationError(
        f"Google refused the write ({status}): {said}",
        hint="Run this again with --verbose; if it stays, report it with that text.",
    )


def too_large() -> DestinationError:
    return DestinationError(
        "The spreadsheet would have more than 10,000,000 cells, which Google does not allow;"
        " empty cells count too.",
        hint="Delete tabs, or empty rows and columns, that nobody needs.",
    )


def _said(error: gspread.exceptions.APIError) -> str:
    text = error.error.get("message", "") if isinstance(error.error, dict) else ""
    return " ".join(str(text).split())[:300]


def _reason(error: gspread.exceptions.APIError) -> str:
    details: Any = error.error.get("details", []) if isinstance(error.error, dict) else []
    reasons = (d.get("reason", "") for d in details if isinstance(d, dict))
    return " ".join(str(reason) for reason in reasons)


def _no_token(error: Exception, who: str) -> DestinationError:
    said = str(error)
    if "reasonable" in said or "iat and exp" in said:
        return DestinationError(
            "Google does not accept the time on this machine: its clock is wrong.",
            hint="Set the clock (turn on automatic time) and run this again.",
        )
    if "account not found" in said:
        return DestinationError(
            f"The service account {who} does not exist any more.".replace("  ", " "),
            hint="Make a new one, share the spreadsheet with it, and use its key.",
        )
    if "expired or revoked" in said:
        return DestinationError(
            "The Google login was revoked or has expired; Google gives no token for it.",
            hint="Log in again (gcloud auth application-default login), or use the key of a"
            " service account.",
        )
    if missing := re.search(r"File '?([^']+?)'? was not found", said):
        return DestinationError(
            f"The credentials take their token from {missing[1]}, which is not there.",
            hint="Run this where that file is made (with Workload Identity: behind the step that"
            " logs in).",
        )
    if "Invalid JWT Signature" in said or "revoked" in said or "invalid_grant" in said:
        whose = f" of {who}" if who else ""
        return DestinationError(
            f"The key{whose} was revoked or deleted; Google gives no token for it.",
            hint="Make a new key in the Google Cloud console (IAM > Service accounts > Keys).",
        )
    return DestinationError(
        f"Google gave no token for these credentials ({type(error).__name__}).",
        hint="Check them with --credentials FILE, or make a new key.",
    )
