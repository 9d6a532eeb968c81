"""Finds the guardrun executable."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ._errors import NotStarted


def executable() -> str:
    """`$GUARDRUN_BIN`, else the one in this wheel, else the one on PATH."""
    named = os.environ.get("GUARDRUN_BIN")
    if named:
        return named
    shipped = Path(__file__).with_name("bin") / "guardrun"
    if os.access(shipped, os.X_OK):
        return str(shipped)
    found = shutil.which("guardrun")
    if found is None:
        raise NotStarted("guardrun was not found: install it, or set GUARDRUN_BIN to where it is")
    return found
