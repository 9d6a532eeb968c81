# The part of the worker that makes checkpoints: copies of the process (fork) that wait until somebody goes back to them,
# and copies of those then go on. What lies in the directories that may be written is kept in the copy's memory.
import stat as _stat

_PARTING = b"\xff" * 8
_LARGEST_WORKSPACE = 64 << 20
_MOST_FILES = 20_000
# One wakes a copy that waits; the other tells it that a copy of its own has ended.
_WAKING = {_signal.SIGUSR1, _signal.SIGCHLD}


class _Workspace:
    """Files, directories and links below some directories, as they are now."""

    def __init__(self, places):
        self.places = places
        self.entries = {}
        self.unread = set()
        self.bytes = 0
        for place in places:
            for path, status in self._walk(place):
                if len(self.entries) >= _MOST_FILES:
                    raise ValueError(f"the directories that may be written hold more than {_MOST_FILES} files")
                self._take(path, status)

    def _take(self, path, status):
        content = None
        try:
            if _stat.S_ISLNK(status.st_mode):
                content = _os.readlink(path)
            elif _stat.S_ISREG(status.st_mode):
                if self.bytes + status.st_size > _LARGEST_WORKSPACE:
                    raise ValueError(
                        f"the directories that may be written hold more than {_LARGEST_WORKSPACE >> 20} MiB")
                content = _read(path)
                self.bytes += len(content)
            elif not _stat.S_ISDIR(status.st_mode):
                raise OSError("neither a file nor a directory nor a link")
        except OSError:
            self.unread.add(path)
        self.entries[path] = (status.st_mode, content, status.st_mtime_ns)

    def _walk(self, place):
        waiting = [place]
        while waiting:
            path = waiting.pop()
            try:
                status = _os.lstat(path)
                inside = _os.listdir(path) if _stat.S_ISDIR(status.st_mode) else []
            except OSError:
                continue
            if path not in self.places:
                yield path, status
            elif _stat.S_ISREG(status.st_mode):
                yield path, status
            waiting += [f"{path}/{name}" for name in inside]

    def restore(self):
        """Brings everything back; what could not be, as sentences."""
        problems = []
        there = {path: status for place in self.places for path, status in self._walk(place)}
        # What lies deeper goes first, and comes last.
        for path in sorted(there, key=len, reverse=True):
            kept = self.entries.get(path)
            if path not in self.unread and (
                    kept is None or _stat.S_IFMT(kept[0]) != _stat.S_IFMT(there[path].st_mode)):
                self._try(problems, path, self._remove, there.pop(path))
        for path in sorted(self.entries, key=len):
            if path not in self.unread:
                self._try(problems, path, self._put, there.get(path))
        return problems[:20]

    def _try(self, problems, path, act, status):
        try:
            act(path, status)
        except Exception as error:
            problems.append(_portable(f"{path}: {error}"[:400]))

    def _remove(self, path, status):
        if _stat.S_ISDIR(status.st_mode):
            _os.rmdir(path)
        else:
            _os.unlink(path)

    def _put(self, path, status):
        mode, content, modified = self.entries[path]
        if _stat.S_ISLNK(mode):
            if status is None or _os.readlink(path) != content:
                if status is not None:
                    _os.unlink(path)
                _os.symlink(content, path)
            return
        if _stat.S_ISDIR(mode):
            if status is None:
                _os.mkdir(path)
        elif status is None or status.st_size != len(content) or _read(path) != content:
            # In place, so that whoever has the file open has the same one.
            with open(path, "wb") as file:
                file.write(content)
        status = _os.lstat(path)
        if _stat.S_IMODE(status.st_mode) != _stat.S_IMODE(mode):
            _os.chmod(path, _stat.S_IMODE(mode))
        if _stat.S_ISREG(mode) and status.st_mtime_ns != modified:
            _os.utime(path, ns=(modified, modified))


def _read(path):
    with open(path, "rb", buffering=0) as file:
        return file.read()


def _offsets():
    """How far each open file has been read or written; a copy of the process shares that, and goes on with it."""
    offsets = {}
    for name in _os.listdir("/proc/self/fd"):
        try:
            if _stat.S_ISREG(_os.fstat(int(name)).st_mode):
                offsets[int(name)] = _os.lseek(int(name), 0, _os.SEEK_CUR)
        except OSError:
            pass
    return offsets


def _fork():
    import warnings

    with warnings.catch_warnings():
        # Python 3.12 warns when there are threads; how many are left out is said in another way.
        warnings.simplefilter("ignore")
        return _os.fork()


def _await_wake():
    while True:
        number = _signal.sigwait(_WAKING)
        try:
            while _os.waitpid(-1, _os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        if number == _signal.SIGUSR1:
            return


def _go_on():
    """In a copy of what waited: passes over what the interpreter before it was still to be told."""
    _channel.begin()
    # First it says so: where nobody has asked for it, that is the end of the session.
    data = _PARTING
    while data:
        data = data[_os.write(_channel.socket, data):]
    while _PARTING not in data:
        piece = _os.read(_channel.socket, 1 << 16)
        if not piece:
            _os._exit(0)
        data = data[-len(_PARTING):] + piece
    _channel.buffer = data.partition(_PARTING)[2]
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _WAKING)


def _keep_first():
    """This process stays as it is; a copy of it returns, and each time that it is woken, another one."""
    _signal.pthread_sigmask(_signal.SIG_BLOCK, _WAKING)
    if _fork() == 0:
        _channel.begin()
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _WAKING)
        return
    while True:
        _await_wake()
        if _fork() == 0:
            return _go_on()


def _checkpoint(message):
    """Leaves a copy of this process behind; None, because that answers itself, or why it could not be."""
    # A fork leaves other threads out, and has random seeded anew.
    threads = _threads() - 1
    random = _sys.modules.get("random")
    state = random.getstate() if random is not None else None
    ours, theirs = _os.pipe()
    _signal.pthread_sigmask(_signal.SIG_BLOCK, _WAKING)
    try:
        pid = _fork()
        if pid == 0:
            _os.close(ours)
            return _park(message, theirs, threads, random, state)
    except OSError as error:
        pid = None
        told = f"-no other process could be made: {error}".encode()
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _WAKING)
    _os.close(theirs)
    if pid is not None:
        told = b""
        while piece := _os.read(ours, 4096):
            told += piece
    _os.close(ours)
    if told == b"+":
        return None
    if pid is not None:
        _os.waitpid(pid, 0)
    why = told[1:].decode("utf-8", "replace") or "the copy of the interpreter ended at once"
    return {"ok": False, "name": "CheckpointError", "message": f"no checkpoint was made: {why}", "traceback": ""}


def _threads():
    import threading

    return threading.active_count()


def _park(message, tell, threads, random, state):
    """Waits as a checkpoint; a copy returns each time that somebody goes back to it."""
    try:
        workspace = _Workspace([_os.path.realpath(place) for place in message["directories"]])
        offsets = _offsets()
        _channel.send({
            "type": "parked", "id": message["id"], "checkpoint": message["checkpoint"],
            "files": len(workspace.entries) - len(workspace.unread), "bytes": workspace.bytes,
            "left_out": len(workspace.unread), "threads": threads})
        _os.write(tell, b"+")
        _os.close(tell)
    except BaseException as error:
        _os.write(tell, b"-" + _portable(f"{error}"[:2000]).encode()[:3000])
        _os._exit(1)
    while True:
        _await_wake()
        if _fork() == 0:
            break
    # The copy is in the place of the interpreter that went on, and of everything that it had started.
    _go_on()
    problems = workspace.restore()
    for number, offset in offsets.items():
        try:
            _os.lseek(number, offset, _os.SEEK_SET)
        except OSError:
            pass
    if random is not None:
        random.setstate(state)
    _channel.send({"type": "restored", "checkpoint": message["checkpoint"], "problems": problems})
