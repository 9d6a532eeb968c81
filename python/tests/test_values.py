"""Values between a session and its host: what goes in comes out, and nothing else happens."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import json
import math
import pathlib
import random
import uuid
from typing import Any

import numpy
import pandas
import PIL.Image
import pytest

from guardrun import _values

PLAIN = [
    None, True, False, 0, -1, 2**53, -(2**100), 0.5, -0.0, 1e300, "", "ä\0\n", "\ud800", [], [1, [2, "x"]],
    {}, {"a": {"b": None}}, {1: 2, (1, 2): "t"}, {"__guardrun__": "tuple"}, {"a\0b": 1}, (), (1, (2,)), {1, 2},
    frozenset({"a"}), b"", b"\xff\0", 1 + 2j, datetime.datetime(2026, 1, 2, 3, 4, 5, 6), datetime.date(2026, 1, 2),
    datetime.time(3, 4), datetime.timedelta(days=-1, seconds=5), decimal.Decimal("1.10"), uuid.UUID(int=7),
    pathlib.PurePosixPath("/a/b"),
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain(value: Any) -> None:
    text = json.dumps(_values.encode(value), allow_nan=False)
    back = _values.decode(json.loads(text))
    assert back == value and type(back) is type(value)


def test_numbers_that_json_lacks() -> None:
    assert math.isnan(_values.decode(_values.encode(float("nan"))))
    assert _values.decode(_values.encode(float("-inf"))) == float("-inf")


def test_arrays_frames_and_images() -> None:
    array = numpy.arange(6, dtype="float32").reshape(2, 3)
    back = _values.decode(_values.encode(array))
    assert (back == array).all() and back.dtype == array.dtype
    assert _values.decode(_values.encode(numpy.int64(3))) == 3
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert _values.decode(_values.encode(frame)).to_dict("list")["a"] == [1, 2]
    image = PIL.Image.new("RGB", (3, 2), (255, 0, 0))
    assert _values.decode(_values.encode(image)).getpixel((0, 0)) == (255, 0, 0)


@dataclasses.dataclass
class Point:
    x: int


def test_others() -> None:
    assert _values.decode(_values.encode(Point(3))) == {"x": 3}
    for value in (object(), len, numpy.array([object()]), json):
        with pytest.raises(_values.NotPortable):
            _values.encode(value)
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(_values.NotPortable):
        _values.encode(deep)


def test_hostile_forms_are_refused_and_nothing_more() -> None:
    mark = "__guardrun__"
    for form in (
        {mark: "pickle", "value": "gASVAAAA"}, {mark: 3}, {mark: "tuple"}, {mark: "tuple", "value": 3}, {mark: None},
        {mark: "ndarray", "dtype": "O", "shape": [1], "value": "AAAAAAAAAAA="}, {mark: "set", "value": [[1]]},
        {mark: "ndarray", "dtype": "f8", "shape": [1 << 40], "value": "AAAA"}, {mark: "int", "value": "x"},
        {mark: "image", "value": "AAAA"}, {mark: "float", "value": "1"}, {mark: "dict", "value": [[1]]},
        {mark: "str", "value": "Li4\n!v"}, {mark: "bytes", "value": "YQ"}, {mark: "bytes", "value": "YR=="},
        {mark: "ndarray", "dtype": "<U1", "shape": [1], "value": "////fw=="},
        {mark: "set", "value": [{mark: "int", "value": hex(k * (2**61 - 1))} for k in range(1, 100_000)]},
        {mark: "datetime", "value": "yesterday"}, {mark: "bytes", "value": "ä"}, {mark: "complex", "value": []},
    ):  # fmt: skip
        with pytest.raises(ValueError):
            _values.decode(form)


def test_many_keys_of_plain_kinds_are_read() -> None:
    for value in (set(range(100_000)), {str(n): n for n in range(100_000)}, {(n, n): n for n in range(4_000)}):
        assert _values.decode(_values.encode(value)) == value


def test_forms_changed_at_random_are_read_or_refused() -> None:
    generator = random.Random(7)
    forms = [json.dumps(_values.encode(value)) for value in PLAIN]
    read = 0
    for _ in range(5_000):
        text = list(generator.choice(forms))
        for _ in range(generator.randrange(4)):
            if text:
                text[generator.randrange(len(text))] = chr(generator.randrange(32, 127))
        try:
            form = json.loads("".join(text))
        except ValueError:
            continue
        try:
            _values.decode(form)
            read += 1
        except ValueError:
            pass
    assert read > 500
