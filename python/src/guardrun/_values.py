# Python values as JSON that both sides of a session read: plain types as they are, others as {"__guardrun__": TYPE, ...}.
# Nothing in it is executed on decoding, and there is no pickle. This file is the first part of the worker that runs
# inside the sandbox and a module of the package outside, so it imports only the standard library.
from __future__ import annotations

import binascii as _binascii
import sys as _sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MARK = "__guardrun__"
_DEEPEST = 40
_LARGEST_PLAIN = 1 << 53


class NotPortable(TypeError):
    """A value of a type that is not passed between a session and its host."""


def _base64(data: bytes | bytearray) -> str:
    return _binascii.b2a_base64(data, newline=False).decode("ascii")


def _tagged(name: str, **fields: Any) -> dict[str, Any]:
    return {_MARK: name, **fields}


def encode(value: Any, depth: int = 0) -> Any:
    """The JSON form of a value; NotPortable where it has none."""
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        if -_LARGEST_PLAIN < value < _LARGEST_PLAIN:
            return value
        # In hexadecimal: decimal digits take quadratic time, and Python refuses many of them.
        return _tagged("int", value=hex(value))
    if kind is float:
        if value - value == 0:
            return value
        return _tagged("float", value=repr(value))
    if kind is str:
        try:
            value.encode("utf-8")
            return value
        except UnicodeEncodeError:
            return _tagged("str", value=_base64(value.encode("utf-8", "surrogatepass")))
    if depth > _DEEPEST:
        raise NotPortable("the value is nested too deeply")
    if kind is list:
        return [encode(item, depth + 1) for item in value]
    if kind is dict:
        if all(type(key) is str and key != _MARK and "\0" not in key and key.isprintable() for key in value):
            return {key: encode(item, depth + 1) for key, item in value.items()}
        return _tagged("dict", value=[[encode(k, depth + 1), encode(v, depth + 1)] for k, v in value.items()])
    if kind in (tuple, set, frozenset):
        return _tagged(kind.__name__, value=[encode(item, depth + 1) for item in value])
    if kind in (bytes, bytearray):
        return _tagged("bytes", value=_base64(value))
    if kind is complex:
        return _tagged("complex", value=[repr(value.real), repr(value.imag)])
    return _encode_other(value, depth)


def _encode_other(value: Any, depth: int) -> Any:
    module, name = type(value).__module__, type(value).__qualname__
    if module == "datetime" and name in ("datetime", "date", "time"):
        return _tagged(name, value=value.isoformat())
    if module == "datetime" and name == "timedelta":
        return _tagged(name, value=[value.days, value.seconds, value.microseconds])
    if module == "decimal" and name == "Decimal":
        return _tagged(name, value=str(value))
    if module == "uuid" and name == "UUID":
        return _tagged(name, value=str(value))
    if module.startswith("pathlib") and name in ("PosixPath", "PurePosixPath", "Path"):
        return _tagged("Path", value=encode(str(value), depth + 1))
    numpy = _sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic) and value.dtype.kind in "biufc":
        return encode(value.item(), depth + 1)
    if numpy is not None and isinstance(value, numpy.ndarray) and value.dtype.kind in "biufcSUMm":
        return _tagged("ndarray", dtype=value.dtype.str, shape=list(value.shape), value=_base64(value.tobytes()))
    pandas = _sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        columns = [encode(value[name].tolist(), depth + 2) for name in value.columns]
        return _tagged("DataFrame", columns=encode(list(value.columns), depth + 1), value=columns)
    image = _sys.modules.get("PIL.Image")
    if image is not None and isinstance(value, image.Image):
        import io

        data = io.BytesIO()
        value.save(data, format="PNG")
        return _tagged("image", value=_base64(data.getvalue()))
    fields = getattr(type(value), "__dataclass_fields__", None)
    if isinstance(fields, dict):
        return {name: encode(getattr(value, name), depth + 1) for name in fields}
    kinds: tuple[Any, ...] = (str, int, float, dict, list, tuple, set, frozenset, bytes)
    for plain in kinds:
        if isinstance(value, plain):
            return encode(plain(value), depth + 1)
    raise NotPortable(f"a value of type {module}.{name} cannot be passed; pass text, numbers, lists or dicts made of it")


def decode(value: Any, depth: int = 0) -> Any:
    """The value that a JSON form stands for; ValueError where it stands for none."""
    if depth > 2 * _DEEPEST:
        raise ValueError("the value is nested too deeply")
    if isinstance(value, list):
        return [decode(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if _MARK not in value:
        return {key: decode(item, depth + 1) for key, item in value.items()}
    read = _READERS.get(value[_MARK]) if isinstance(value[_MARK], str) else None
    if read is None:
        raise ValueError("the value is of an unknown type")
    try:
        return read(value.get("value"), value, depth + 1)
    except Exception as error:
        raise ValueError(f"the value is malformed: {type(error).__name__}: {error}") from None


def _bytes(text: str) -> bytes:
    """Base64 in the one way that guardrun reads it: what it could not look into is not taken here either."""
    data = _binascii.a2b_base64(text)
    if _base64(data) != text:
        raise ValueError("the value is no base64")
    return data


#: Keys whose hashes somebody can choose, in one value: many of them with the same hash take for ever.
_MOST_CHOSEN = 5000
_MODULUS = 2**61 - 1


def _is_chosen(key: Any) -> bool:
    """Whether the sender could choose the hash of a key and have others like it (Python Language Reference, 3.3.1)."""
    if isinstance(key, int):
        return not -_MODULUS < key < _MODULUS
    return not isinstance(key, (str, bytes, type(None)))


def _read_dict(items: Any, _: Any, depth: int) -> Any:
    keys = _hashable([decode(key, depth) for key, _ in items])
    return dict(zip(keys, [decode(item, depth) for _, item in items]))


def _hashable(keys: list[Any]) -> list[Any]:
    if sum(map(_is_chosen, keys)) > _MOST_CHOSEN:
        raise ValueError(f"more than {_MOST_CHOSEN} keys of that kind are not passed")
    return keys


def _read_date(name: str) -> Callable[..., Any]:
    def read(text: str, *_: Any) -> Any:
        import datetime

        return getattr(datetime, name).fromisoformat(text)

    return read


def _read_timedelta(parts: Any, *_: Any) -> Any:
    import datetime

    return datetime.timedelta(days=parts[0], seconds=parts[1], microseconds=parts[2])


def _read_decimal(text: str, *_: Any) -> Any:
    import decimal

    return decimal.Decimal(text)


def _read_uuid(text: str, *_: Any) -> Any:
    import uuid

    return uuid.UUID(text)


def _read_path(text: Any, _: Any, depth: int) -> Any:
    import pathlib

    return pathlib.PurePosixPath(decode(text, depth))


def _read_array(text: str, fields: Any, _: int) -> Any:
    import numpy

    dtype = numpy.dtype(str(fields["dtype"]))
    if dtype.kind not in "biufcSUMm" or dtype.hasobject:
        raise ValueError("an array of such elements is not passed")
    shape = tuple(int(size) for size in fields["shape"])
    data = _bytes(text)
    if dtype.kind == "U" and numpy.frombuffer(data, dtype=f"{dtype.str[0]}u4").max(initial=0) > 0x10FFFF:
        raise ValueError("an array of text holds what is no character")
    return numpy.frombuffer(data, dtype=dtype).reshape(shape).copy()


def _read_frame(columns: Any, fields: Any, depth: int) -> Any:
    import pandas

    names = decode(fields["columns"], depth)
    return pandas.DataFrame(dict(zip(_hashable(names), (decode(column, depth) for column in columns))))


def _read_image(text: str, *_: Any) -> Any:
    import io

    import PIL.Image

    try:
        image = PIL.Image.open(io.BytesIO(_bytes(text)), formats=("PNG",))
        image.load()
        return image
    except Exception as error:
        raise ValueError(f"the image is malformed: {type(error).__name__}") from None


_READERS: dict[str, Callable[..., Any]] = {
    "int": lambda text, *_: int(text, 16),
    "float": lambda text, *_: {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}[text],
    "str": lambda text, *_: _bytes(text).decode("utf-8", "surrogatepass"),
    "dict": _read_dict,
    "tuple": lambda items, _, depth: tuple(decode(item, depth) for item in items),
    "set": lambda items, _, depth: set(_hashable([decode(item, depth) for item in items])),
    "frozenset": lambda items, _, depth: frozenset(_hashable([decode(item, depth) for item in items])),
    "bytes": lambda text, *_: _bytes(text),
    "complex": lambda parts, *_: complex(float(parts[0]), float(parts[1])),
    "datetime": _read_date("datetime"),
    "date": _read_date("date"),
    "time": _read_date("time"),
    "timedelta": _read_timedelta,
    "Decimal": _read_decimal,
    "UUID": _read_uuid,
    "Path": _read_path,
    "ndarray": _read_array,
    "DataFrame": _read_frame,
    "image": _read_image,
}
