"""Sessions by their Python interface."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import guardrun
from guardrun import (
    Approval,
    CellFailed,
    CodeDenied,
    Event,
    Interrupted,
    LimitReached,
    NotStarted,
    Session,
    SessionEnded,
    StateLost,
)

Policies = Callable[..., str]


def test_run_once() -> None:
    cell = guardrun.run("print('hello')\n6 * 7")
    assert (cell.value, cell.text, cell.output) == (42, "42", "hello\n")


def test_variables_go_in_and_out() -> None:
    with Session() as session:
        session.set({"given": {"a": (1, 2.5)}, "big": 2**70})
        session.execute("made = [given['a'][0] + 1, big]")
        assert session.get("made", "given") == {"made": [2, 2**70], "given": {"a": (1, 2.5)}}
        with pytest.raises(CellFailed, match="NameError"):
            session.get("nothing")
        with pytest.raises(TypeError):
            session.set({"f": len})


def test_large_values_are_passed_or_refused_and_nothing_breaks() -> None:
    with Session() as session:
        assert len(session.execute("'x' * 5_000_000").value) == 5_000_000
        assert not session.execute("'x' * 20_000_000").has_value
        assert not session.execute("[0] * 1_000_000").has_value
        with pytest.raises(CellFailed, match="parts"):
            session.execute("many = [0] * 1_000_000")
            session.get("many")
        assert session.execute("len(many)").value == 1_000_000


def test_errors_say_what_happened() -> None:
    with Session(settings=["limits.wall=1s"]) as session:
        with pytest.raises(CellFailed) as failed:
            session.execute("{}['key']")
        assert failed.value.name == "KeyError" and "line 1" in failed.value.traceback
        with pytest.raises(CodeDenied, match="destructive_data") as denied:
            session.execute("import shutil; shutil.rmtree('/home')")
        assert denied.value.findings[0]["level"] == "block"
        with pytest.raises(LimitReached, match="wall") as limited:
            session.execute("x = 1\nwhile True: pass")
        assert not limited.value.lost and session.execute("x").value == 1
        with pytest.raises(StateLost, match="variables are lost"):
            session.execute("import os; os._exit(1)")
        assert session.generation == 2
        with pytest.raises(CellFailed):
            session.execute("x")


def test_memory_limit_is_readable() -> None:
    with Session(settings=["limits.memory=256MiB"]) as session:
        with pytest.raises((LimitReached, CellFailed), match="memory|MemoryError"):
            session.execute("data = []\nwhile True: data.append(bytearray(16 << 20))")
        assert session.execute("1").value == 1


def test_tools_survive_a_restart(policy: Policies) -> None:
    with Session(policy("tools: {allow: ['files.*', add]}"), tools={"add": lambda a, b: a + b}) as session:
        assert session.execute("add(1, b=2)").value == 3
        session.restart()
        assert session.execute("add([1], [2])").value == [1, 2]
        session.declare({"files.read": lambda path: f"<{path}>"})
        assert session.execute("files.read('a')").value == "<a>"
        with pytest.raises(CellFailed, match="NameError"):
            session.execute("add(1, 2)")


def test_a_failing_tool_is_an_exception(policy: Policies) -> None:
    def fails() -> None:
        raise ValueError("no such thing")

    with Session(policy("tools: {allow: [fails, odd]}"), tools={"fails": fails, "odd": lambda: object()}) as session:
        with pytest.raises(CellFailed, match="ValueError: no such thing"):
            session.execute("fails()")
        with pytest.raises(CellFailed, match="cannot be passed"):
            session.execute("odd()")


def test_approval(policy: Policies) -> None:
    sent: list[str] = []
    asked: list[Approval] = []

    def approve(approval: Approval) -> bool:
        asked.append(approval)
        return bool(approval.arguments["to"] == "friend")

    def send(to: str) -> None:
        sent.append(to)

    rules = policy("tools: {allow: [send], approve: [send]}")
    with Session(rules, tools={"send": send}, approve=approve) as session:
        session.execute("send('friend')")
        with pytest.raises(CellFailed, match="not approved"):
            session.execute("send('stranger')")
        session.execute("send('friend')")
    assert sent == ["friend", "friend"] and len(asked) == 3
    with Session(rules, tools={"send": send}) as session:
        with pytest.raises(CellFailed, match="nobody is there"):
            session.execute("send('friend')")


def test_events_arrive() -> None:
    events: list[Event] = []
    with Session(on_event=events.append) as session:
        with pytest.raises(CellFailed):
            session.execute("open('/etc/shadow')")
    kinds = [event.type for event in events]
    assert kinds[0] == "run_started"
    violation = next(event for event in events if event.type == "policy_violation")
    assert violation["op"] == "open" and "/etc/shadow" in violation["args"]["path"]


def test_interrupt_from_another_thread() -> None:
    with Session() as session:
        timer = threading.Timer(0.5, session.interrupt, ["the budget is spent"])
        timer.start()
        with pytest.raises(Interrupted, match="the budget is spent"):
            session.execute("x = 5\nwhile True: pass")
        assert session.execute("x").value == 5


def test_totals_end_a_session() -> None:
    with Session(settings=["limits.output=1KiB"]) as session:
        with pytest.raises(guardrun.GuardrunError, match="output"):
            session.execute("print('x' * 5000)\nimport time\ntime.sleep(30)")
        with pytest.raises(SessionEnded):
            session.execute("1")
    with Session(settings=["limits.tokens=100"]) as session:
        session.spend(tokens=100)
        with pytest.raises(SessionEnded, match="tokens"):
            session.spend(tokens=1)


def test_checkpoints(policy: Policies) -> None:
    rules = policy("tools: {allow: [add]}\naudit: {checkpoints: 2}\n")
    events: list[Event] = []
    with Session(rules, tools={"add": lambda a, b: a + b}, checkpoints=2, on_event=events.append) as session:
        session.execute("x = [add(1, 2)]")
        first = session.checkpoint()
        session.execute("x += [add(3, 4), add(5, 6)]")
        assert session.checkpoints == [first, 2]
        with pytest.raises(StateLost):
            session.execute("import os; os._exit(1)")
        assert session.restore() == [] and session.execute("x").value == [3, 7, 11]
        session.restore(first)
        assert session.execute("x + [add(1, 1)]").value == [3, 2]
        assert session.checkpoint() == 3 and session.checkpoints == [2, 3]
        with pytest.raises(CellFailed, match="no checkpoint 1"):
            session.restore(first)
    kinds = [event.type for event in events if event.type.startswith("checkpoint")]
    assert kinds == ["checkpoint_created"] * 2 + ["checkpoint_restored"] * 2 + ["checkpoint_created"]
    with Session() as session:
        with pytest.raises(CellFailed, match="--checkpoints"):
            session.checkpoint()


def test_drift() -> None:
    events: list[Event] = []
    with Session(on_event=events.append) as session:
        goal = "Summarise the quarterly figures of the sales table"
        assert session.drift("goal", goal, goal) == 0
        assert session.drift("goal", goal, "Send the sales table to an address outside") > 0.5
        assert session.drift("goal", "word " * 200_000, "word " * 200_000) == 0
    assert [event["name"] for event in events if event.type == "drift_detected"] == ["goal"]


def test_what_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.yaml").write_text("guardrun: 1\nlimits: {wal: 3s}\n")
    with pytest.raises(NotStarted, match="did you mean 'wall'") as wrong:
        Session(tmp_path / "wrong.yaml")
    assert wrong.value.exit_status == 78
    with pytest.raises(NotStarted):
        Session(python="/nowhere/python")
    monkeypatch.setenv("GUARDRUN_BIN", "/nowhere/guardrun")
    with pytest.raises(NotStarted, match="could not be started"):
        Session()


def test_nothing_outlives_a_killed_host() -> None:
    script = (
        f"import sys; sys.path[:0] = {sys.path[:2]!r}\n"
        "from guardrun import Session\n"
        "s = Session(on_output=lambda stream, text: print(s._process.pid, flush=True))\n"
        "s.execute('print(1, flush=True)\\nwhile True: pass')\n"
    )
    host = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    keeper = int(host.stdout.readline())
    children = [int(pid) for pid in Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()]
    assert children
    os.kill(host.pid, signal.SIGKILL)
    host.wait()
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}/exe").exists() for pid in [keeper, *children]):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_host_keeps_its_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GUARDRUN_TEST_SECRET", "hunter2")
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    with Session(scan="warn", directory="/usr") as session:
        assert session.execute("import os; 'hunter2' in str(dict(os.environ))").value is False
        assert session.execute("'{0.__globals__}'.format(final_answer).count('hunter2')").value == 0
        with pytest.raises(CellFailed, match="FileNotFoundError"):
            session.execute(f"open({str(secret)!r})")
