"""Who approves calls of tools: a person at the terminal, or a program. Each is given to `Session(approve=...)`."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Sequence

from ._session import Approval


def _shown(approval: Approval) -> str:
    """The call in one line of ASCII: what it holds was written by whoever wants it approved."""
    return f"{approval.tool}({', '.join(f'{name}={value!r}' for name, value in approval.arguments.items())})"


def ask_on_terminal(approval: Approval) -> bool:
    """Asks on the terminal of this process; anything but `y` or `yes` in time is a no, and so is a process without one."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return False
    try:
        question = ascii(_shown(approval))[1:-1]
        os.write(terminal, f"guardrun: may this be called? {question[:4000]} [y/N, {approval.seconds} s] ".encode())
        ends = time.monotonic() + approval.seconds
        answer = b""
        while not answer.endswith(b"\n"):
            left = ends - time.monotonic()
            if left <= 0 or not select.select([terminal], [], [], left)[0]:
                os.write(terminal, b"\nguardrun: no answer in time, so no\n")
                return False
            piece = os.read(terminal, 100)
            if not piece or len(answer) > 100:
                return False
            answer += piece
        return answer.strip().lower() in (b"y", b"yes")
    finally:
        os.close(terminal)


def ask_command(words: Sequence[str]) -> Callable[[Approval], bool]:
    """Asks a program: it gets the call as one JSON object on standard input, and exit status 0 in time is a yes."""

    def ask(approval: Approval) -> bool:
        call = {
            "tool": approval.tool,
            # What JSON has no way to write is described.
            "arguments": json.loads(json.dumps(approval.arguments, default=repr)),
            "digest": approval.digest,
            "seconds": approval.seconds,
        }
        try:
            asked = subprocess.run(
                list(words), input=json.dumps(call), text=True, timeout=approval.seconds, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return asked.returncode == 0

    return ask
