"""Sixty reads and sixty writes a minute for each user."""

from __future__ import annotations

from collections.abc import Callable

from tests.sheets_server.errors import ApiError, error_info


class Quota:
    """A window of a minute that begins with its first call [unverified: how Google refills]."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}

    def spend(self, user: str, *, write: bool, most: int) -> None:
        """Raises a 429 as Google words it."""
        kind = "write" if write else "read"
        begun, used = self._windows.get((user, kind), (self._clock(), 0))
        if self._clock() - begun >= 60:
            begun, used = self._clock(), 0
        if most and used >= most:
            raise self.exceeded(kind, most)
        self._windows[user, kind] = (begun, used + 1)

    @staticmethod
    def exceeded(kind: str = "read", most: int = 60) -> ApiError:
        name = kind.title()
        return ApiError(
            429,
            f"Quota exceeded for quota metric '{name} requests' and limit '{name} requests per "
            "minute per user' of service 'sheets.googleapis.com' for consumer "
            "'project_number:1'.",
            details=[
                error_info(
                    "RATE_LIMIT_EXCEEDED",
                    quota_limit=f"{name}RequestsPerMinutePerUser",
                    quota_limit_value=str(most),
                    quota_location="global",
                    quota_metric=f"sheets.googleapis.com/{kind}_requests",
                    quota_unit="1/min/{project}/{user}",
                    service="sheets.googleapis.com",
                    consumer="projects/1",
                )
            ],
        )
