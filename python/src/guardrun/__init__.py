"""guardrun: code that a model wrote, run with only what a policy grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._approval import ask_command, ask_on_terminal
from ._errors import (
    CellFailed,
    CodeDenied,
    GuardrunError,
    Interrupted,
    LimitReached,
    MalformedValue,
    NotStarted,
    SessionEnded,
    StateLost,
)
from ._events import Event
from ._function import code_function
from ._mcp import McpError, McpServer
from ._policy import Comparison, Difference, Policy, PolicyError
from ._session import Approval, Cell, Session, run, run_async

if TYPE_CHECKING:
    from ._smolagents import GuardrunExecutor, GuardrunStopped, SafeAgent

__all__ = [
    "Approval",
    "Cell",
    "CellFailed",
    "CodeDenied",
    "Comparison",
    "Difference",
    "Event",
    "GuardrunError",
    "GuardrunExecutor",
    "GuardrunStopped",
    "Interrupted",
    "LimitReached",
    "MalformedValue",
    "McpError",
    "McpServer",
    "NotStarted",
    "Policy",
    "PolicyError",
    "SafeAgent",
    "Session",
    "SessionEnded",
    "StateLost",
    "ask_command",
    "ask_on_terminal",
    "code_function",
    "run",
    "run_async",
]


def __getattr__(name: str) -> Any:
    # No framework is imported before it is used.
    if name in ("GuardrunExecutor", "GuardrunStopped", "SafeAgent"):
        from . import _smolagents

        return getattr(_smolagents, name)
    raise AttributeError(f"module 'guardrun' has no attribute {name!r}")
