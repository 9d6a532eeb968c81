"""A Jupyter kernel whose cells run guarded: `python -m guardrun.jupyter install [POLICY]`, then choose it in a notebook."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

from . import GuardrunError, Session, SessionEnded


class GuardrunKernel(Kernel):
    """Runs each cell in one session. The policy is `$GUARDRUN_POLICY`, else `python`."""

    implementation = "guardrun"
    implementation_version = "0.1.0"
    banner = "Python, guarded by guardrun"
    language_info = {"name": "python", "mimetype": "text/x-python", "file_extension": ".py"}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._session: Session | None = None

    def _write(self, stream: str, text: str) -> None:
        self.send_response(self.iopub_socket, "stream", {"name": stream, "text": text})

    def do_execute(self, code: str, silent: bool, *_: Any, **__: Any) -> dict[str, Any]:
        try:
            if self._session is None:
                self._session = Session(os.environ.get("GUARDRUN_POLICY", "python"), on_output=self._write)
            cell = self._session.execute(code)
        except GuardrunError as error:
            if isinstance(error, SessionEnded):
                self._session = None
            lines = str(getattr(error, "traceback", "") or error).splitlines()
            answer = {"ename": type(error).__name__, "evalue": str(error), "traceback": lines}
            self.send_response(self.iopub_socket, "error", answer)
            return {"status": "error", "execution_count": self.execution_count, **answer}
        if cell.text != "None" and not silent:
            content = {"execution_count": self.execution_count, "data": {"text/plain": cell.text}, "metadata": {}}
            self.send_response(self.iopub_socket, "execute_result", content)
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

    def do_shutdown(self, restart: bool) -> dict[str, Any]:
        if self._session is not None:
            self._session.close()
            self._session = None
        return {"status": "ok", "restart": restart}


def install(policy: str) -> None:
    """Makes the kernel known to the Jupyter of this user or environment."""
    from jupyter_client.kernelspec import KernelSpecManager

    words = [sys.executable, "-m", "guardrun.jupyter", "-f", "{connection_file}"]
    kernel = {"argv": words, "display_name": "Python (guardrun)", "language": "python", "env": {"GUARDRUN_POLICY": policy}}
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "kernel.json").write_text(json.dumps(kernel))
        KernelSpecManager().install_kernel_spec(place, "guardrun", prefix=sys.prefix)


if __name__ == "__main__":
    if sys.argv[1:2] == ["install"]:
        given = sys.argv[2] if len(sys.argv) > 2 else "python"
        install(os.path.abspath(given) if os.path.exists(given) else given)
    else:
        IPKernelApp.launch_instance(kernel_class=GuardrunKernel)
