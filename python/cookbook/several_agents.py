"""An agent that asks another one: both run guarded, and the second is a governed tool of the first."""

from __future__ import annotations

from typing import Any

from smolagents import CodeAgent

from guardrun import GuardrunExecutor, SafeAgent

STEPS = ["answer = researcher(task='How many moons has Mars?')", "final_answer(2)", "final_answer('Mars has two moons')"]


def main(model: Any, policy: str) -> Any:
    with CodeAgent(
        tools=[], model=model, name="researcher", description="Looks things up.", executor=GuardrunExecutor()
    ) as researcher:
        with SafeAgent(model=model, policy=policy, managed_agents=[researcher]) as agent:
            return agent.run("How many moons has Mars?")


POLICY = """
guardrun: 1
name: lead
extends: [python]
loosen: [tools]
limits: {tool_calls: 3}
tools: {allow: [researcher]}
"""
