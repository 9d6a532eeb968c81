# The second part of the worker: the interpreter of a session, inside its sandbox. It follows _values.py in one file, and
# audit.py, checkpoints.py and serve.py follow it.
# Frames come and go on the socket that was its standard input; docs/session.md has the protocol. What this side says is
# a claim: the other side checks every word of it, so nothing here is a boundary.
import _ast
import json as _json
import os as _os
import select as _select
import signal as _signal
import struct as _struct
import types as _types

_LARGEST_FRAME = 16 << 20
_LONGEST_TEXT = 20_000
# The other side takes no more than a million; commas in texts are counted here too.
_MOST_VALUES = 900_000
# json.dumps makes an encoder for each call that asks for more than the usual.
_encoded = _json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class FinalAnswer(BaseException):
    """Ends a cell with the answer of the whole task. No `except Exception` stops it."""

    def __init__(self, args, kwargs):
        super().__init__("final_answer was called")
        self.given = (args, kwargs)


class ToolCallBlocked(PermissionError):
    """guardrun did not let a tool be called; the text says why."""


class ToolError(RuntimeError):
    """A tool was called and failed; the text says how."""


def _packed(message):
    data = _encoded(message).encode("ascii")
    if len(data) > _LARGEST_FRAME:
        raise NotPortable(f"the value takes {len(data)} bytes; {_LARGEST_FRAME} fit into a message")
    if data.count(b",") > _MOST_VALUES:
        raise NotPortable(f"the value has more than {_MOST_VALUES} parts; pass it as an array, or in pieces")
    return data


class _Channel:
    """Frames, and interrupts that never tear one."""

    def __init__(self):
        self.socket = _os.dup(0)
        null = _os.open("/dev/null", _os.O_RDONLY)
        _os.dup2(null, 0)
        _os.close(null)
        self.buffer = b""
        self.begin()

    def begin(self):
        """Takes interrupts for this process."""
        self.is_busy = True
        self.is_pending = False
        self.wake, tell = _os.pipe()
        _os.set_blocking(self.wake, False)
        _os.set_blocking(tell, False)
        _signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        _signal.signal(_signal.SIGINT, self.interrupt)

    def interrupt(self, *_):
        # While a frame is under way the interrupt waits, or the next one would begin in its middle.
        if self.is_busy:
            self.is_pending = True
        else:
            raise KeyboardInterrupt

    def raise_pending(self):
        if self.is_pending:
            self.is_pending = False
            raise KeyboardInterrupt

    def send(self, message):
        data = _packed(message)
        data = _struct.pack(">I", len(data)) + data
        while data:
            data = data[_os.write(self.socket, data):]

    def receive(self, interruptible):
        while True:
            if len(self.buffer) >= 4:
                length = _struct.unpack(">I", self.buffer[:4])[0]
                if len(self.buffer) >= 4 + length:
                    frame, self.buffer = self.buffer[4:4 + length], self.buffer[4 + length:]
                    return _json.loads(str(frame, "utf-8"))
            if interruptible:
                self.raise_pending()
                ready = _select.select([self.socket, self.wake], [], [])[0]
                if self.wake in ready:
                    _os.read(self.wake, 4096)
                if self.socket not in ready:
                    continue
            # Room for a megabyte costs ten times as much as a small frame itself.
            piece = _os.read(self.socket, 1 << 20 if len(self.buffer) >= 1 << 16 else 1 << 16)
            if not piece:
                _os._exit(0)
            self.buffer += piece


# What is printed is seen as it is printed, whether the cell ends soon or not.
_sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
_sys.stderr.reconfigure(line_buffering=True)
_channel = _Channel()
_main = _types.ModuleType("__main__")
_main.__dict__["__builtins__"] = __builtins__
_sys.modules["__main__"] = _main
_keeps_first = _sys.argv[1:] == ["keep"]
_sys.argv = [""]
_space = _main.__dict__
_tools = {}
_calls = 0
_cell = 0
_owner = None


def final_answer(*args, **kwargs):
    """Gives the final answer and ends the cell."""
    raise FinalAnswer(args, kwargs)


def _stub(name):
    def tool(*args, **kwargs):
        return _call(name, args, kwargs)

    tool.__name__ = tool.__qualname__ = name.rpartition(".")[2]
    tool.__doc__ = f"The tool {name}, which runs outside the sandbox."
    return tool


def _call(name, args, kwargs):
    global _calls
    if _get_ident() != _owner:
        raise ToolCallBlocked("tools are called by the cell itself, not by its threads")
    message = {"args": [encode(arg) for arg in args], "kwargs": {key: encode(arg) for key, arg in kwargs.items()}}
    _flush()
    _channel.is_busy = True
    try:
        _calls += 1
        _channel.send({"type": "tool_call", "id": _cell, "call": _calls, "name": name, **message})
        while True:
            answer = _channel.receive(interruptible=True)
            # The answer to a call that was interrupted comes late.
            if answer.get("call") == _calls:
                break
    finally:
        _channel.is_busy = False
    _channel.raise_pending()
    if "denied" in answer:
        raise ToolCallBlocked(answer["denied"])
    if "error" in answer:
        raise ToolError(answer["error"])
    return decode(answer["value"])


def _flush():
    for stream in (_sys.stdout, _sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def _short(text, limit=_LONGEST_TEXT):
    return text if len(text) <= limit else text[:limit] + f"... ({len(text)} characters)"


def _portable(text):
    return text.encode("utf-8", "replace").decode("utf-8")


def _described(value):
    try:
        return _portable(_short(repr(value)))
    except Exception as error:
        return f"<{type(value).__name__} whose repr fails: {type(error).__name__}>"


def _value(value):
    """The fields of a result: the value where it is portable, and its text always."""
    fields = {"repr": _described(value)}
    try:
        encoded = encode(value)
        if type(value) not in (int, float, bool, type(None)):
            _packed([encoded, fields])
        fields["value"] = encoded
    except Exception:
        pass
    return fields


def _failure(error):
    import traceback

    name = type(error).__name__
    try:
        message = str(error)
    except Exception:
        message = ""
    trace = error.__traceback__
    # What lies above the cell is this file.
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith("<cell "):
        trace = trace.tb_next
    try:
        lines = traceback.format_exception(type(error), error, trace, limit=-20)
    except Exception:
        lines = [f"{name}: {message}"]
    return {"name": _portable(name), "message": _portable(_short(message)), "traceback": _portable(_short("".join(lines)))}


def _run(code, name):
    """Runs one cell; the value of its last expression, None without one."""
    global _is_own
    import linecache

    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    # The cell itself has been scanned.
    _is_own = True
    try:
        tree = compile(code, name, "exec", 0x400, dont_inherit=True)  # ast.PyCF_ONLY_AST
    finally:
        _is_own = False
    last = None
    if tree.body and isinstance(tree.body[-1], _ast.Expr):
        last = _ast.Expression(tree.body.pop().value)
    flags = 0x2000  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for step in filter(None, (tree if tree.body else None, last)):
        made = compile(step, name, "eval" if step is last else "exec", flags, dont_inherit=True)
        value = eval(made, _space)
        if made.co_flags & 0x80:  # inspect.CO_COROUTINE
            import asyncio

            value = asyncio.run(value)
    return value if last is not None else None


def _execute(message):
    global _calls, _cell, _owner, _process
    _cell, _owner, _process = message["id"], _get_ident(), _os.getpid()
    _calls = max(_calls, message["calls"])
    _space["final_answer"] = final_answer
    for name, stub in _tools.items():
        _space.setdefault(name, stub)
    try:
        _channel.is_busy = False
        try:
            fields = _value(_run(message["code"], f"<cell {message['id']}>"))
        finally:
            _channel.is_busy = True
        result = {"ok": True, **fields}
    except FinalAnswer as answer:
        result = _final(*answer.given)
    except BaseException as error:
        result = {"ok": False, **_failure(error)}
    _channel.is_busy = True
    _channel.is_pending = False
    _cell = 0
    _flush()
    return result


def _final(args, kwargs):
    try:
        return {"ok": True, "final": {
            "args": [encode(arg) for arg in args], "kwargs": {key: encode(arg) for key, arg in kwargs.items()}}}
    except Exception as error:
        return {"ok": False, **_failure(error)}


def _set(message):
    for name, value in message["variables"].items():
        _space[name] = decode(value)
    return {"ok": True}


def _get(message):
    values = {}
    for name in message["names"]:
        if name not in _space:
            return {"ok": False, "name": "NameError", "message": f"name '{name}' is not defined", "traceback": ""}
        values[name] = encode(_space[name])
    return {"ok": True, "variables": values}


def _declare(message):
    for name in _tools:
        if _space.get(name) is _tools[name]:
            del _space[name]
    _tools.clear()
    for name in message["names"]:
        if name != "final_answer":
            _tools[name] = _stub(name)
    _nest()
    for name, stub in _tools.items():
        _space[name] = stub
    return {"ok": True}


def _nest():
    """Tools whose names hold dots become attributes: files.read."""
    for name in [name for name in _tools if "." in name]:
        head, *rest = name.split(".")
        place = _tools.setdefault(head, _types.SimpleNamespace())
        for part in rest[:-1]:
            if not isinstance(getattr(place, part, None), _types.SimpleNamespace):
                setattr(place, part, _types.SimpleNamespace())
            place = getattr(place, part)
        setattr(place, rest[-1], _tools.pop(name))
