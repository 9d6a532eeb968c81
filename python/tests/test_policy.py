"""Policies as objects."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import guardrun
from guardrun import LimitReached, Policy, PolicyError, Session

TEXT = "guardrun: 1\nname: short\nextends: [python]\nlimits: {wall: 2s}\n"


def test_what_it_comes_to() -> None:
    assert Policy("strict").name == "strict"
    short = Policy.from_text(TEXT)
    assert (short.name, short.document["limits"]["wall"]) == ("short", "2s")
    assert short == Policy.from_text(TEXT) != Policy("python") and repr(short) == "Policy('short')"


def test_comparison() -> None:
    compared = Policy.from_text(TEXT).compare("python")
    assert compared.relation == "stricter" and not compared.is_looser
    assert [d.path for d in compared.differences] == ["limits.wall"] and compared.differences[0].witness is not None
    assert Policy("python").compare(Policy.from_text(TEXT)).is_looser
    assert Policy("python").diff("python") == []


def test_faults_have_lines(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"policy.yaml:2:10: unknown key 'wal' .* did you mean 'wall'"):
        Policy.from_text("guardrun: 1\nlimits: {wal: 2s}\n")
    with pytest.raises(PolicyError, match="nowhere"):
        Policy(tmp_path / "nowhere.yaml")


def test_import(tmp_path: Path) -> None:
    old = tmp_path / "old.yaml"
    old.write_text("max_tool_calls: 5\nallowed_tools: [search]\n")
    policy, fields = Policy.imported(old)
    assert policy.document["limits"]["tool_calls"] == 5 and policy.document["tools"]["allow"] == ["search"]
    assert {row["field"] for row in fields} == {"max_tool_calls", "allowed_tools"}


def test_wherever_a_policy_is_taken() -> None:
    with Session(Policy.from_text(TEXT)) as session:
        with pytest.raises(LimitReached, match="wall"):
            session.execute("while True: pass")


def test_run_async() -> None:
    async def both() -> list[object]:
        cells = await asyncio.gather(guardrun.run_async("6 * 7"), guardrun.run_async("7 * 7", Policy("python")))
        return [cell.value for cell in cells]

    assert asyncio.run(both()) == [42, 49]


def test_run_async_is_cancelled() -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(guardrun.run_async("while True: pass"))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
