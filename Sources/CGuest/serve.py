# The last part of the worker: requests, one after the other.
_ANSWERS = {"execute": _execute, "set": _set, "get": _get, "tools": _declare, "checkpoint": _checkpoint}


def _serve():
    _watch()
    if _keeps_first:
        _keep_first()
    _channel.send({"type": "ready", "python": _sys.version.split()[0]})
    while True:
        message = _channel.receive(interruptible=False)
        _channel.is_pending = False
        answer = _ANSWERS.get(message.get("type"))
        if answer is None:
            continue
        try:
            result = answer(message)
            # A checkpoint answers for itself.
            if result is not None:
                _channel.send({"type": "result", "id": message["id"], **result})
        except Exception as error:
            _channel.send({"type": "result", "id": message["id"], "ok": False, **_failure(error)})


_serve()
