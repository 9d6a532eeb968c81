"""A persistent guarded interpreter: the host's side of the protocol in docs/session.md."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from . import _values
from ._binary import executable
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
from ._policy import Policy

LARGEST_FRAME = 16 << 20
PROTOCOL = 1
# json.dumps makes an encoder for each call that asks for more than the usual.
_encoded = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Approval:
    """A tool's call that a policy wants approved, with the arguments it will have."""

    tool: str
    arguments: dict[str, Any]
    digest: str
    seconds: int


@dataclass(frozen=True)
class Cell:
    """What a cell came to."""

    #: The value of its last expression, where it is of a type that is passed; else None.
    value: Any
    #: The representation of that value; "None" without one.
    text: str
    #: Whether `value` is the value itself, and not only left out.
    has_value: bool
    #: What it wrote to standard output and standard error.
    output: str
    #: The arguments of final_answer, when it was called.
    final: tuple[list[Any], dict[str, Any]] | None = None


class Session:
    """A guarded Python interpreter that keeps its variables from cell to cell.

    Nothing in it can reach what the policy does not grant; it is on another side of a kernel boundary. `tools` are
    functions of this process that its code may call as far as the policy's `tools` say. `checkpoints` is how many are
    kept; without it none, or three under a policy with `audit.checkpoints`.
    """

    def __init__(
        self,
        policy: Policy | str | os.PathLike[str] = "python",
        *,
        tools: Mapping[str, Callable[..., Any]] | None = None,
        settings: Iterable[str] = (),
        scan: str = "enforce",
        approve: Callable[[Approval], bool] | None = None,
        on_event: Callable[[Event], None] | None = None,
        on_output: Callable[[str, str], None] | None = None,
        python: str | None = None,
        directory: str | os.PathLike[str] | None = None,
        audit: str | os.PathLike[str] | None = None,
        checkpoints: int | None = None,
        options: Iterable[str] = (),
    ) -> None:
        self._approve = approve
        self._on_event = on_event
        self._on_output = on_output
        self._tools: dict[str, Callable[..., Any]] = {}
        self._request = 0
        self._cells = threading.RLock()
        self._writing = threading.Lock()
        self._ended: SessionEnded | None = None
        #: How often an interpreter was started; variables of earlier ones are lost.
        self.generation = 0
        self.output = ""
        #: The checkpoints that are kept, oldest first.
        self.checkpoints: list[int] = []
        self._resources = ExitStack()
        named = self._resources.enter_context(policy.file()) if isinstance(policy, Policy) else os.fspath(policy)
        words = [executable(), "session", "-q", "-p", named, "--scan", scan]
        for setting in settings:
            words += ["--set", setting]
        if audit is not None:
            words += ["--audit", os.fspath(audit)]
        if checkpoints is not None:
            words += ["--checkpoints", str(checkpoints)]
        words += [*options, "--", _settled(python or sys.executable)]
        self._errors = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, cwd=directory, bufsize=0,
                # What a terminal sends to all on Ctrl-C is for the host, which passes it on with a reason.
                start_new_session=True,
            )
        except OSError as error:
            raise NotStarted(f"{words[0]} could not be started: {error}") from None
        self._read = bytearray()
        self._send({"type": "hello", "protocol": PROTOCOL, "approvals": approve is not None, "events": on_event is not None})
        #: What guardrun says of the session: its version, run_id, trail, policy and enforcement.
        self.info: dict[str, Any] = {}
        while self.generation == 0:
            self._hear(self._receive())
        self.declare(tools or {})

    def declare(self, tools: Mapping[str, Callable[..., Any]]) -> None:
        """Takes these tools in place of those it had."""
        self._tools = dict(tools)
        self._ask({"type": "tools", "tools": [{"name": n, "parameters": _parameters(f)} for n, f in tools.items()]})

    def execute(self, code: str) -> Cell:
        """Runs a cell. Raises CodeDenied, CellFailed, LimitReached, Interrupted, StateLost or SessionEnded."""
        answer = self._ask({"type": "execute", "code": code})
        final = answer.get("final")
        return Cell(
            value=_decoded(answer.get("value")),
            text=str(answer.get("repr", "None")),
            has_value="value" in answer,
            output=self.output,
            final=None if final is None else (
                [_decoded(item) for item in final["args"]],
                {name: _decoded(item) for name, item in final["kwargs"].items()},
            ),
        )

    def set(self, variables: Mapping[str, Any]) -> None:
        """Gives the interpreter variables of portable types."""
        self._ask({"type": "set", "variables": {name: _values.encode(value) for name, value in variables.items()}})

    def get(self, *names: str) -> dict[str, Any]:
        """Takes variables of portable types from the interpreter."""
        answer = self._ask({"type": "get", "names": list(names)})
        return {name: _decoded(value) for name, value in answer["variables"].items()}

    def call(self, tool: str, *args: Any, **kwargs: Any) -> Any:
        """Calls a declared tool as a cell would: it is decided, counted and recorded, and then it runs here."""
        with self._cells:
            self.set({"_call": [args, kwargs]})
            return self.execute(f"{tool}(*_call[0], **_call[1])").value

    def interrupt(self, reason: str) -> None:
        """Interrupts the cell at hand; any thread may. It ends within a second, with its variables where it heeds it."""
        self._send({"type": "interrupt", "reason": reason})

    def spend(self, tokens: int = 0, cost_usd: float = 0.0) -> None:
        """Counts what a model was paid with against limits.tokens and limits.cost_usd."""
        message = {"type": "usage", "tokens": tokens, "cost_millionths": round(cost_usd * 1_000_000)}
        if not self._cells.acquire(blocking=False):
            # Another thread has a cell at work, perhaps the very one that waits for this thread.
            self._send({**message, "id": 0})
            return
        try:
            self._ask(message)
        finally:
            self._cells.release()

    def drift(self, name: str, baseline: str, text: str, threshold: float = 0.5) -> float:
        """How far a text has moved from what it was, from 0 to 1; beyond the threshold that is recorded.

        What is compared are runs of three words: the goal that an agent states at each step, a plan, generated code.
        """
        answer = self._ask({"type": "drift", "name": name, "baseline": baseline, "text": text, "threshold": threshold})
        return float(answer["distance"])

    def restart(self) -> None:
        """Starts the interpreter anew: its variables are lost, the session's totals stay."""
        with self._cells:
            generation = self.generation
            self._send({"type": "restart"})
            while self.generation == generation:
                self._hear(self._receive())
        self.declare(self._tools)

    def checkpoint(self) -> int:
        """Keeps the interpreter and the files that it may write as they are now; the number to go back to them by."""
        answer = self._ask({"type": "checkpoint"})
        self._note_checkpoint(answer)
        return int(answer["checkpoint"])

    def restore(self, checkpoint: int | None = None) -> list[str]:
        """Goes back to a checkpoint, the last one if none is named, also after the interpreter was lost.

        Calls of tools that were made since, and what was spent, count as before. Returns what could not be brought back,
        as sentences about files. Raises CellFailed when there is no such checkpoint.
        """
        if checkpoint is None:
            checkpoint = self.checkpoints[-1] if self.checkpoints else 0
        answer = self._ask({"type": "restore", "checkpoint": checkpoint})
        self.declare(self._tools)
        return [str(problem) for problem in answer["problems"]]

    def _note_checkpoint(self, message: dict[str, Any]) -> None:
        if message.get("checkpoint") is None:
            return
        dropped = set(message["dropped"])
        self.checkpoints = [*(number for number in self.checkpoints if number not in dropped), message["checkpoint"]]

    def close(self) -> None:
        """Ends the session and everything in it."""
        if self._process.poll() is None:
            try:
                self._send({"type": "close"})
            except GuardrunError:
                pass
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass
        self._process.wait()
        self._resources.close()
        self._ended = self._ended or SessionEnded("the session was closed", "completed")

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_process", None) is not None and self._process.poll() is None:
            self.close()

    # The protocol.

    def _send(self, message: dict[str, Any]) -> None:
        text = _encoded(message).encode("ascii")
        if len(text) > LARGEST_FRAME:
            raise ValueError(f"the message has {len(text)} bytes; {LARGEST_FRAME} are allowed")
        data = struct.pack(">I", len(text)) + text
        stream = self._process.stdin
        assert stream is not None
        with self._writing:
            try:
                while data:
                    data = data[stream.write(data):]
            except (OSError, ValueError):
                # What ended it is on its way; whoever reads finds it.
                return

    def _receive(self) -> dict[str, Any]:
        if self._ended is not None:
            raise self._ended
        body = self._body()
        if not body:
            status = self._process.wait()
            self._errors.seek(0)
            said = self._errors.read(100_000).decode("utf-8", "replace").strip()
            if self.generation == 0:
                raise NotStarted(said or f"guardrun ended with status {status}", status)
            self._ended = SessionEnded(said or f"guardrun ended with status {status}")
            raise self._ended
        message: dict[str, Any] = json.loads(str(body, "utf-8"))
        return message

    def _body(self) -> bytes:
        """The text of the next message; empty at the end of the stream."""
        stream = self._process.stdout
        assert stream is not None
        needed = 4
        while True:
            if len(self._read) >= needed:
                if needed > 4:
                    body = bytes(self._read[4:needed])
                    del self._read[:needed]
                    return body
                needed += struct.unpack_from(">I", self._read)[0]
                continue
            try:
                piece = stream.read(max(1 << 16, min(needed - len(self._read), 1 << 20)))
            except ValueError:
                # Another thread has closed the session.
                return b""
            if not piece:
                return b""
            self._read += piece

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        with self._cells:
            if self._ended is not None:
                raise self._ended
            self._request += 1
            request = self._request
            if message["type"] != "usage":
                self.output = ""
            self._send({**message, "id": request})
            stopped: KeyboardInterrupt | None = None
            while True:
                try:
                    answer = self._hear(self._receive())
                except KeyboardInterrupt as stop:
                    if stopped is not None:
                        raise
                    stopped = stop
                    self.interrupt("the host was interrupted")
                    continue
                if answer is not None and answer.get("id") == request:
                    break
            if stopped is not None:
                raise stopped
        if answer["type"] == "done":
            return answer
        lost = bool(answer.get("lost"))
        if lost:
            self._await_successor()
        raise self._error(answer, lost)

    def _await_successor(self) -> None:
        """After a loss either another interpreter or the end of the session is announced."""
        generation = self.generation
        try:
            while self.generation == generation and self._ended is None:
                self._hear(self._receive())
        except SessionEnded:
            return
        if self._ended is None:
            self.declare(self._tools)

    @staticmethod
    def _error(answer: dict[str, Any], lost: bool) -> GuardrunError:
        message = str(answer.get("message", ""))
        kind = answer.get("kind")
        if kind == "denied":
            return CodeDenied(message, answer.get("findings", []))
        if kind == "limit":
            return LimitReached(message, answer.get("limit"), lost)
        if kind == "interrupted":
            return Interrupted(message, lost)
        if kind == "exited":
            return StateLost(message)
        return CellFailed(str(answer.get("name", "Exception")), message, str(answer.get("traceback", "")))

    def _hear(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Takes one message; returns it when it is an answer."""
        kind = message["type"]
        if kind in ("done", "error"):
            return message
        if kind == "output":
            self.output += message["text"]
            if self._on_output is not None:
                self._on_output(message["stream"], message["text"])
        elif kind == "tool_call":
            self._call(message)
        elif kind == "approval":
            self._decide(message)
        elif kind == "event" and self._on_event is not None:
            self._on_event(Event.of(message["event"]))
        elif kind == "hello":
            self.info = message
        elif kind == "started":
            self.generation = message["generation"]
        elif kind == "checkpoint":
            self._note_checkpoint(message)
        elif kind == "ended":
            self._ended = SessionEnded(message["reason"], message["kind"], message.get("limit"))
            if self.generation == 0:
                raise self._ended
        return None

    def _call(self, message: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"type": "tool_result", "call": message["call"]}
        try:
            args = [_values.decode(item) for item in message["args"]]
            kwargs = {name: _values.decode(item) for name, item in message["kwargs"].items()}
            value = self._tools[message["name"]](*args, **kwargs)
            # What smolagents wraps for notebooks.
            raw = getattr(value, "to_raw", None)
            self._send({**answer, "value": _values.encode(raw() if callable(raw) else value)})
        except Exception as error:
            self._send({**answer, "error": f"{type(error).__name__}: {error}".encode("utf-8", "replace").decode()})

    def _decide(self, message: dict[str, Any]) -> None:
        allowed = False
        by = "the host"
        try:
            arguments = {name: _values.decode(value) for name, value in message["arguments"].items()}
            asked = Approval(message["name"], arguments, message["digest"], message["seconds"])
            allowed = self._approve is not None and self._approve(asked) is True
        except Exception as error:
            by = f"the host, whose answer failed with {type(error).__name__}"
        self._send(
            {"type": "approval", "call": message["call"], "digest": message["digest"], "allow": allowed, "by": by}
        )


def _decoded(value: Any) -> Any:
    """A value out of the interpreter, which says what it likes."""
    try:
        return _values.decode(value)
    except ValueError as error:
        raise MalformedValue(str(error)) from None


def _settled(python: str) -> str:
    """The same interpreter without links on the way to it; itself it may be one, by which it knows its environment."""
    place, name = os.path.split(python)
    return os.path.join(os.path.realpath(place), name) if place else name


def _parameters(tool: Callable[..., Any]) -> list[str]:
    """The names that arguments given by place have."""
    inputs = getattr(tool, "inputs", None)
    if isinstance(inputs, Mapping):
        return [str(name) for name in inputs]
    try:
        parameters = inspect.signature(tool).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def run(code: str, policy: Policy | str | os.PathLike[str] = "python", **options: Any) -> Cell:
    """Runs code once, in a session of its own."""
    with Session(policy, **options) as session:
        return session.execute(code)


async def run_async(code: str, policy: Policy | str | os.PathLike[str] = "python", **options: Any) -> Cell:
    """The same, while other tasks go on; when it is cancelled the code is ended."""
    session = await asyncio.to_thread(Session, policy, **options)
    try:
        return await asyncio.to_thread(session.execute, code)
    except asyncio.CancelledError:
        session.interrupt("the task was cancelled")
        raise
    finally:
        await asyncio.shield(asyncio.to_thread(session.close))
