"""Policies as objects: what guardrun itself says of a policy file, a shipped profile or a text."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._binary import executable
from ._errors import GuardrunError


class PolicyError(GuardrunError):
    """A policy is wrong. The text says every fault, as file:line:column: what."""


@dataclass(frozen=True)
class Difference:
    """One thing that two policies say differently by meaning."""

    #: The key: `limits.wall`.
    path: str
    a: str
    b: str
    #: `stricter`, `looser`, `incomparable` or `unknown`: the first's to the second.
    relation: str
    #: An act that one of the two allows and the other does not.
    witness: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Comparison:
    """How one policy stands to another: `equal`, `stricter`, `looser`, `incomparable` or `unknown`."""

    relation: str
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_looser(self) -> bool:
        """Whether the first allows something that the second does not, or that is not known."""
        return self.relation in ("looser", "incomparable", "unknown")


class Policy:
    """A policy: the name of a shipped profile, a file, or a text (`Policy.from_text`).

    Wherever this package takes a policy it takes one of these. `document` is what guardrun made of it, with everything
    that it extends.
    """

    def __init__(self, reference: str | os.PathLike[str] = "python") -> None:
        self._reference: str | None = os.fspath(reference)
        self._text: str | None = None
        #: The effective policy, every key written out.
        self.document: dict[str, Any] = self._load()

    @classmethod
    def from_text(cls, text: str) -> Policy:
        """A policy from YAML. What it names relative to a file is relative to the working directory."""
        made = cls.__new__(cls)
        made._reference, made._text = None, text
        made.document = made._load()
        return made

    @classmethod
    def imported(cls, file: str | os.PathLike[str], *, empty_tools: str | None = None) -> tuple[Policy, list[dict[str, Any]]]:
        """A GovernancePolicy of Agent-OS as a policy, and what became of each of its fields."""
        words = ["policy", "import", "--format", "json", os.fspath(file)]
        if empty_tools is not None:
            words += ["--empty-tools", empty_tools]
        answer = _asked(words)
        return cls.from_text(answer["policy"]), list(answer["fields"])

    @property
    def name(self) -> str:
        return str(self.document["name"])

    def compare(self, other: Policy | str | os.PathLike[str]) -> Comparison:
        """How this policy stands to another one, by meaning, with an act for each difference."""
        other = other if isinstance(other, Policy) else Policy(other)
        with self.file() as ours, other.file() as theirs:
            answer = _asked(["policy", "compare", "--format", "json", ours, theirs])
        return Comparison(
            answer["relation"],
            [
                Difference(str(d["path"]), str(d["a"]), str(d["b"]), str(d["relation"]), d.get("witness"))
                for d in answer["differences"]
            ],
        )

    def diff(self, other: Policy | str | os.PathLike[str]) -> list[Difference]:
        """What differs, by meaning; empty when nothing does."""
        return self.compare(other).differences

    @contextmanager
    def file(self) -> Iterator[str]:
        """What names the policy on a command line, for as long as it is needed."""
        with ExitStack() as stack:
            if self._reference is not None:
                yield self._reference
                return
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="guardrun-policy-"))
            place = Path(directory) / "policy.yaml"
            place.write_text(self._text or "")
            yield str(place)

    def _load(self) -> dict[str, Any]:
        with self.file() as file:
            return _asked(["policy", "show", "--format", "json", file])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self.document == other.document

    def __hash__(self) -> int:
        return hash(json.dumps(self.document, sort_keys=True))

    def __repr__(self) -> str:
        return f"Policy({self.name!r})"


def _asked(words: list[str]) -> dict[str, Any]:
    """What guardrun answers in JSON."""
    done = subprocess.run([executable(), *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PolicyError(done.stderr.strip() or f"guardrun ended with status {done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
