"""What can go wrong. Every message is written to be read by a person or a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class GuardrunError(Exception):
    """Anything that guardrun refuses or fails at."""


class NotStarted(GuardrunError):
    """guardrun could not start: the policy is wrong, the host lacks what it requires, or the program is missing."""

    def __init__(self, message: str, exit_status: int | None = None) -> None:
        super().__init__(message)
        self.exit_status = exit_status


class CellFailed(GuardrunError):
    """The code of a cell raised an exception."""

    def __init__(self, name: str, message: str, traceback: str) -> None:
        super().__init__(f"{name}: {message}" if message else name)
        self.name = name
        self.message = message
        self.traceback = traceback


class CodeDenied(GuardrunError):
    """The scan refused the code; nothing of it ran."""

    def __init__(self, message: str, findings: Sequence[dict[str, Any]]) -> None:
        super().__init__(message)
        self.findings = list(findings)


class MalformedValue(GuardrunError, ValueError):
    """What came out of the interpreter stands for no value; a session goes on after it."""


class StateLost(GuardrunError):
    """The interpreter ended and another one took its place: variables, imports and files in /tmp are gone."""


class LimitReached(GuardrunError):
    """A cell reached a limit."""

    def __init__(self, message: str, limit: str | None, lost: bool) -> None:
        super().__init__(message)
        self.limit = limit
        self.lost = lost


class Interrupted(GuardrunError):
    """A cell was interrupted."""

    def __init__(self, message: str, lost: bool) -> None:
        super().__init__(message)
        self.lost = lost


class SessionEnded(GuardrunError):
    """The session is over; nothing more runs in it."""

    def __init__(self, reason: str, kind: str = "failed", limit: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.limit = limit
