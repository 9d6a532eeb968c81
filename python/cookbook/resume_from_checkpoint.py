"""Work of an hour that is not lost with its interpreter: the agent goes back to a checkpoint and goes on."""

from __future__ import annotations

from typing import Any

from guardrun import SafeAgent

STEPS = [
    "table = [n * n for n in range(1000)]\nopen('/tmp/table', 'w').write(str(sum(table)))",
    "final_answer('collected')",
    "import os\nopen('/tmp/table', 'w').write('spoilt')\nos._exit(1)",
    "final_answer('lost')",
    "final_answer([table[12], open('/tmp/table').read()])",
]


def main(model: Any, policy: str) -> Any:
    with SafeAgent(model=model, policy=policy, session={"checkpoints": 2}) as agent:
        agent.run("Collect the table.")
        collected = agent.checkpoint()
        agent.run("Spoil everything.", reset=False)
        agent.restore(collected)
        return agent.run("What was collected?", reset=False)


POLICY = "guardrun: 1\nname: long-work\nextends: [python]\n"
