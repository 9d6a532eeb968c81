from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def audit(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has trails of its own."""
    place = tmp_path_factory.mktemp("audit")
    monkeypatch.setenv("GUARDRUN_AUDIT_DIR", str(place))
    return place


@pytest.fixture
def policy(tmp_path: Path) -> Callable[..., str]:
    """Writes a policy that extends `python`."""

    def write(body: str = "") -> str:
        file = tmp_path / "policy.yaml"
        head = "guardrun: 1\nname: test\nextends: [python]\nloosen: [tools, limits]\n"
        file.write_text(head + body)
        return str(file)

    return write
