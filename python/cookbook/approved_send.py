"""A tool whose every call somebody approves: the answer is to these arguments, and no answer is no."""

from __future__ import annotations

from typing import Any

from smolagents import tool

from guardrun import Approval, SafeAgent

STEPS = [
    "try:\n    send_email('everyone@example.com', 'hi')\nexcept PermissionError as error:\n    print(error)",
    "final_answer(send_email('ann@example.com', 'The report is ready.'))",
]


@tool  # type: ignore[misc]
def send_email(to: str, text: str) -> str:
    """Sends a mail.

    Args:
        to: who gets it
        text: what it says
    """
    return f"sent to {to}"


def approve(call: Approval) -> bool:
    # A person would be asked here.
    return call.tool == "send_email" and call.arguments["to"] == "ann@example.com"


def main(model: Any, policy: str) -> Any:
    with SafeAgent(tools=[send_email], model=model, policy=policy, approve=approve) as agent:
        return agent.run("Tell Ann that the report is ready.")


POLICY = """
guardrun: 1
name: mail
extends: [python]
loosen: [tools]
tools: {allow: [send_email], approve: [send_email]}
"""
