"""Data analysis whose final answer is a picture: it comes out of the sandbox as an image, not as a file."""

from __future__ import annotations

from typing import Any

from guardrun import SafeAgent

STEPS = [
    "sales = [3, 5, 2, 8]\nprint('mean', sum(sales) / len(sales))",
    """
from PIL import Image, ImageDraw
picture = Image.new("RGB", (len(sales) * 20, 100), "white")
for place, value in enumerate(sales):
    ImageDraw.Draw(picture).rectangle([place * 20 + 4, 100 - value * 10, place * 20 + 16, 100], fill="blue")
final_answer(picture)
""",
]


def main(model: Any, policy: str) -> Any:
    with SafeAgent(model=model, policy=policy) as agent:
        return agent.run("Plot the sales of the last four quarters.")


POLICY = "guardrun: 1\nname: plot\nextends: [python]\n"
