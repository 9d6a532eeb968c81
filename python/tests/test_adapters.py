"""Sessions inside the frameworks, with the real packages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import guardrun
from guardrun import Session, SessionEnded


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(settings=["limits.tokens=10"]) as made:
        yield made


def test_as_a_function(session: Session) -> None:
    run_python = guardrun.code_function(session, longest=100)
    assert run_python("x = 6") == "(no output)"
    assert run_python("print('six')\nx * 7") == "six\n42"
    assert run_python("import shutil; shutil.rmtree('/home')").startswith("refused: the policy refuses this code")
    assert run_python("print('before'); {}['key']").startswith("before\nerror: KeyError")
    assert run_python("'y' * 1000").endswith("(1002 characters)")
    with pytest.raises(SessionEnded):
        session.spend(tokens=11)
    with pytest.raises(SessionEnded):
        run_python("1")


def test_langchain(session: Session) -> None:
    tools = pytest.importorskip("langchain_core.tools")
    made = tools.StructuredTool.from_function(guardrun.code_function(session))
    assert made.name == "run_python" and list(made.args) == ["code"]
    assert made.invoke({"code": "6 * 7"}) == "42"


def test_jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ipykernel")
    manager = pytest.importorskip("jupyter_client.manager")
    place = tmp_path / "kernels" / "guardrun"
    place.mkdir(parents=True)
    words = [sys.executable, "-m", "guardrun.jupyter", "-f", "{connection_file}"]
    (place / "kernel.json").write_text(json.dumps({"argv": words, "display_name": "guardrun", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "src"))
    kernel, client = manager.start_new_kernel(kernel_name="guardrun", startup_timeout=60)
    try:
        seen: list[dict[str, object]] = []
        client.execute_interactive("x = 6\nprint('six')\nx * 7", output_hook=seen.append, timeout=60)
        client.execute_interactive("open('/etc/shadow')", output_hook=seen.append, timeout=60)
        told = json.dumps(seen, default=str)
        assert "six" in told and '"text/plain": "42"' in told and "FileNotFoundError" in told
    finally:
        client.stop_channels()
        kernel.shutdown_kernel()
