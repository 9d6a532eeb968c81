"""Approvals by a person at a terminal and by a program."""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guardrun import Approval, CellFailed, Session, ask_command, ask_on_terminal

CALL = Approval("send", {"to": "ann", "text": "\x1b[2Jhello\n"}, "sha256:0", 5)
READER = "import json, sys; call = json.load(sys.stdin); sys.exit(call['arguments']['to'] != 'ann')"


def test_a_program_decides(tmp_path: Path) -> None:
    ask = ask_command([sys.executable, "-c", READER])
    assert ask(CALL) is True
    assert ask(Approval("send", {"to": "eve", "raw": b"\xff"}, "", 5)) is False
    assert ask_command([str(tmp_path / "nowhere")])(CALL) is False
    assert ask_command(["sleep", "60"])(Approval("send", {}, "", 1)) is False


def test_in_a_session(policy: Callable[..., str]) -> None:
    sent: list[str] = []
    rules = policy("tools: {allow: [send], approve: [send], answer_within: 20s}")
    with Session(rules, tools={"send": sent.append}, approve=ask_command([sys.executable, "-c", READER.replace("'to'", "'object'")])) as session:
        session.execute("send('ann')")
        with pytest.raises(CellFailed, match="not approved"):
            session.execute("send('eve')")
    assert sent == ["ann"]


@pytest.mark.parametrize(
    "typed, seconds, expected", [(b"y\n", 20, True), (b"YES\n", 20, True), (b"n\n", 20, False), (b"\n", 20, False), (b"", 1, False)]
)
def test_a_person_decides(typed: bytes, seconds: int, expected: bool) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os._exit(0 if ask_on_terminal(Approval(CALL.tool, CALL.arguments, CALL.digest, seconds)) else 3)
    seen = b""
    while b"] " not in seen:
        seen += os.read(terminal, 1000)
    # What the call holds cannot clear the screen under the question.
    assert b"\x1b" not in seen and b"send(to=" in seen
    os.write(terminal, typed)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == (0 if expected else 3)
    os.close(terminal)


def test_without_a_terminal_nobody_says_yes() -> None:
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os._exit(0 if ask_on_terminal(CALL) else 3)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
