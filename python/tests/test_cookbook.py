"""Every example of the cookbook, with a model that says what the example expects it to say."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedModel, code

COOKBOOK = Path(__file__).parents[1] / "cookbook"
ANSWERS = {
    "plot_as_answer": lambda answer: answer.to_raw().size == (80, 100) and answer.to_raw().getpixel((70, 50)) == (0, 0, 255),
    "blocked_exfiltration": lambda answer: answer == "42, and nothing was sent",
    "approved_send": lambda answer: answer == "sent to ann@example.com",
    "token_budget": lambda answer: answer.startswith("stopped: ") and "tokens" in answer,
    "resume_from_checkpoint": lambda answer: answer == [144, "332833500"],
    "several_agents": lambda answer: answer == "Mars has two moons",
}


def test_each_example_is_tried() -> None:
    assert {file.stem for file in COOKBOOK.glob("*.py")} == set(ANSWERS)
    assert all(name in (COOKBOOK / "README.md").read_text() for name in ANSWERS)


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_example(name: str, tmp_path: Path) -> None:
    example: dict[str, Any] = runpy.run_path(str(COOKBOOK / f"{name}.py"))
    policy = tmp_path / "policy.yaml"
    policy.write_text(example["POLICY"])
    answer = example["main"](ScriptedModel(*map(code, example["STEPS"])), str(policy))
    assert ANSWERS[name](answer), answer
