"""Everything that can stop a run, in one tree.

::

    SheetsyncError             .message .hint .exit_status
    ├── ConfigError            2  usage or configuration: the person can fix it
    │   └── PlatformFileError     .path .key; found when the file is loaded
    ├── DestinationError       3  the destination refused; nothing was written
    └── UnsafePlan             4  the plan was judged unsafe; nothing was written

One page that cannot be read is no error: it is a Record with an Outcome.
"""

from __future__ import annotations

from sheetsync.secret import without_keys


class SheetsyncError(Exception):
    """What happened, to which thing; ``hint`` is the next step. Neither repeats a key."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str) -> None:
        message = without_keys(message)
        super().__init__(message)
        self.message = message
        self.hint = without_keys(hint)

    def to_json(self) -> dict[str, object]:
        """What ``--json`` gives below ``error``."""
        return {"message": self.message, "hint": self.hint, "exit_status": self.exit_status}


class ConfigError(SheetsyncError):
    exit_status = 2


class PlatformFileError(ConfigError):
    """A mistake in a platform file, named by file and key when the file is loaded."""

    def __init__(self, path: str, key: str, problem: str, *, hint: str = "") -> None:
        super().__init__(
            f"{path}: {key}: {problem}",
            hint=hint or "README, “Add a platform”, lists every key with an example.",
        )
        self.path = path
        self.key = key


class DestinationError(SheetsyncError):
    exit_status = 3


class UnsafePlan(SheetsyncError):
    exit_status = 4
