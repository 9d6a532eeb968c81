"""The events of guardrun's audit trail, as objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """One line of the trail. `fields` holds all of it."""

    type: str
    severity: str
    message: str
    rule: str | None = None
    threat: str | None = None
    run_id: str = ""
    seq: int = 0
    time: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Event:
        return cls(
            type=str(line.get("type", "")),
            severity=str(line.get("severity", "")),
            message=str(line.get("message", "")),
            rule=line.get("rule"),
            threat=line.get("threat"),
            run_id=str(line.get("run_id", "")),
            seq=int(line.get("seq", 0)),
            time=str(line.get("time", "")),
            fields=dict(line),
        )

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]
