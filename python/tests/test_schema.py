"""The schema of policies, held against documents by an independent validator."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
PROFILES = sorted((ROOT / "profiles").glob("*.yaml"))
GOOD = sorted((ROOT / "fixtures/policy/good").glob("*.yaml"))
# Wrong by what keys say together, by what a base says, or by what a text means: the decoder's business.
BEYOND = {
    "alias", "append", "extends-circle", "extends-unknown", "loosens", "patterns", "repeated-keys", "tabs",
    "two-documents",
}
BAD = [f for f in sorted((ROOT / "fixtures/policy/bad").glob("*.yaml")) if f.stem not in BEYOND]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    command = [os.environ["GUARDRUN_BIN"], "policy", "schema"]
    schema = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping of a document whose keys are those of the language."""
    if isinstance(value, dict):
        yield value
        for key, inner in value.items():
            if key != "arguments":
                yield from mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from mappings(inner)


@pytest.mark.parametrize("file", PROFILES + GOOD, ids=lambda f: f.stem)
def test_documents_validate(validator: Draft202012Validator, file: Path) -> None:
    document = yaml.safe_load(file.read_text())
    assert [e.message for e in validator.iter_errors(document)] == []


@pytest.mark.parametrize("file", PROFILES + GOOD, ids=lambda f: f.stem)
def test_an_unknown_key_anywhere_does_not(validator: Draft202012Validator, file: Path) -> None:
    document = yaml.safe_load(file.read_text())
    for mapping in mappings(document):
        mapping["zzz"] = 1
        assert not validator.is_valid(document), mapping
        del mapping["zzz"]
    assert validator.is_valid(document)


@pytest.mark.parametrize("file", BAD, ids=lambda f: f.stem)
def test_bad_documents_do_not(validator: Draft202012Validator, file: Path) -> None:
    try:
        document = yaml.safe_load(file.read_text())
    except yaml.YAMLError:
        return
    assert not validator.is_valid(document)


def test_the_readme_validates(validator: Draft202012Validator) -> None:
    blocks = (ROOT / "README.md").read_text().split("```yaml\n")[1:]
    policies = [block.split("```")[0] for block in blocks if block.startswith("guardrun: 1")]
    assert len(policies) >= 2
    for text in policies:
        assert [e.message for e in validator.iter_errors(yaml.safe_load(text))] == []
