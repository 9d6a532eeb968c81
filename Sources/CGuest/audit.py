# The part of the worker that has code looked at which is made while a cell runs: what exec, eval and compile are given, what
# is imported from where the cell may write, what pickles name (PEP 578). Code that fights it gets around it: it is advice
# from inside, and the walls are elsewhere.
from _thread import get_ident as _get_ident

_LARGEST_SOURCE = 1 << 20
# Sources that were allowed, by hash, so that a loop over eval asks once.
_allowed = set()
_writable = {}
_is_asking = False
_is_own = False
_process = None


class CodeRefused(PermissionError):
    """guardrun did not let code run that was made while the cell ran; the text says why."""


def _can_write(directory):
    answer = _writable.get(directory)
    if answer is None:
        answer = _writable[directory] = _os.access(directory or ".", _os.W_OK)
    return answer


def _at(filename):
    return _os.path.dirname(filename) if _os.path.isabs(filename) else _os.path.abspath(_os.path.dirname(filename))


def _on_compile(source, filename):
    # A tree has no source; it was text when it was parsed.
    if not isinstance(source, (str, bytes, bytearray, memoryview)):
        return
    if isinstance(filename, bytes):
        filename = filename.decode("utf-8", "replace")
    caller = _sys._getframe(2).f_code.co_filename
    if caller.startswith("<frozen importlib"):
        if not _can_write(_at(filename)):
            return
        origin = "import"
    else:
        origin = "dynamic" if caller.startswith("<") or _can_write(_at(caller)) else "library"
    _look(origin, str(filename), source)


def _on_find_class(module, name):
    _look("pickle", f"{module}.{name}", f"import {module}\n{module}.{name}()\n")


def _on_open(path, mode, flags):
    # Compiled modules where a cell may write hold what nobody has looked at; without them the source is compiled.
    if isinstance(path, str) and path.endswith(".pyc"):
        if _sys._getframe(2).f_code.co_filename.startswith("<frozen importlib") and _can_write(_at(path)):
            raise FileNotFoundError(2, "compiled modules are not read from where a cell may write", path)


_WATCHED = {"compile": _on_compile, "pickle.find_class": _on_find_class, "open": _on_open}


def _hook(event, arguments):
    act = _WATCHED.get(event)
    # A process that a cell has forked has no part in the talk.
    if act is None or not _cell or _os.getpid() != _process:
        return
    if not ((_is_asking or _is_own) and _get_ident() == _owner):
        act(*arguments)


def _look(origin, name, source):
    """Asks about source before it runs; raises CodeRefused."""
    global _is_asking

    if isinstance(source, str):
        text = _portable(source)
    else:
        text = bytes(source).decode("utf-8", "replace")
    if hash((origin, text)) in _allowed:
        return
    if len(text) > _LARGEST_SOURCE:
        raise CodeRefused(f"code of {len(text)} characters was made while the cell ran; {_LARGEST_SOURCE} can be looked at")
    if _get_ident() != _owner:
        # Libraries make code from templates of their own wherever they are imported.
        if origin == "library":
            return
        raise CodeRefused("code is made by the cell itself, not by its threads")
    was_busy, _is_asking, _channel.is_busy = _channel.is_busy, True, True
    try:
        _channel.send({"type": "compiled", "id": _cell, "origin": origin, "name": _portable(name[:400]), "source": text})
        while True:
            answer = _channel.receive(interruptible=False)
            if answer.get("type") == "verdict":
                break
    finally:
        _is_asking, _channel.is_busy = False, was_busy
    if not was_busy:
        _channel.raise_pending()
    if "denied" in answer:
        raise CodeRefused(answer["denied"])
    if len(_allowed) < 100_000:
        _allowed.add(hash((origin, text)))


def _watch():
    _sys.addaudithook(_hook)
