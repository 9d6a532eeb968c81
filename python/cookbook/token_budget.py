"""A budget of tokens that ends the agent with a reason, whatever its model would still like to try."""

from __future__ import annotations

from typing import Any

from guardrun import GuardrunStopped, SafeAgent

STEPS = ["print('thinking')"] * 20


def main(model: Any, policy: str) -> Any:
    try:
        with SafeAgent(model=model, policy=policy) as agent:
            return agent.run("Think for ever.")
    except GuardrunStopped as stopped:
        return f"stopped: {stopped.reason}"


POLICY = "guardrun: 1\nname: frugal\nextends: [python]\nlimits: {tokens: 50}\n"
