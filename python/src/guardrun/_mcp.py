"""Tools of MCP servers as tools of a session: the servers run outside the sandbox, and each call is decided before it is made."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ._binary import executable
from ._errors import GuardrunError

PROTOCOL = "2025-06-18"
LARGEST_ANSWER = 16 << 20


class McpError(GuardrunError):
    """An MCP server could not be started, broke its protocol, or a tool of it failed."""


class McpServer:
    """An MCP server on standard input and output (modelcontextprotocol.io, the stdio transport).

        with McpServer("files", ["mcp-server-files", "./data"]) as files:
            Session("policy.yaml", tools=files.tools)      # tools: {allow: ['files.*']}

    With `policy` the server itself runs under guardrun. What it answers is believed no further than its types.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        policy: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 60.0,
    ) -> None:
        words = list(command)
        if policy is not None:
            words = [executable(), "-q", "-p", os.fspath(policy), "--", *words]
        self._name = name
        self._timeout = timeout
        self._next = 0
        self._read = bytearray()
        try:
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=None if env is None else dict(env)
            )
        except OSError as error:
            raise McpError(f"the server {name} could not be started: {error}") from None
        try:
            about = {"name": "guardrun", "version": "0.1.0"}
            self._ask("initialize", {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": about})
            self._tell({"method": "notifications/initialized"})
            #: Its tools by name, which begins with the server's: `files.read`.
            self.tools: dict[str, McpTool] = {}
            cursor: str | None = None
            while True:
                page = self._ask("tools/list", {} if cursor is None else {"cursor": cursor})
                for tool in page.get("tools", []):
                    made = McpTool(self, tool)
                    # Code calls it by a name of Python's.
                    self.tools[f"{name}.{re.sub(r'[^A-Za-z0-9_]', '_', made.name)}"] = made
                cursor = page.get("nextCursor")
                if not cursor or len(self.tools) > 1_000:
                    break
        except BaseException:
            self.close()
            raise

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        """Calls a tool: its structured content where it has some, else its text."""
        answer = self._ask("tools/call", {"name": tool, "arguments": dict(arguments)})
        parts = [part for part in answer.get("content", []) if isinstance(part, dict)]
        text = "\n".join(str(part["text"]) for part in parts if part.get("type") == "text" and "text" in part)
        if answer.get("isError"):
            raise McpError(text or f"{self._name}.{tool} failed")
        structured = answer.get("structuredContent")
        if isinstance(structured, dict):
            # Servers wrap what is no object.
            return structured["result"] if list(structured) == ["result"] else structured
        return text if len(parts) == 1 and parts[0].get("type") == "text" or not parts else text or parts

    def close(self) -> None:
        """Ends the server."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> McpServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tell(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"
        stream = self._process.stdin
        assert stream is not None
        try:
            while data:
                data = data[stream.write(data):]
        except (OSError, ValueError):
            raise McpError(f"the server {self._name} is gone") from None

    def _ask(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._next += 1
        number = self._next
        self._tell({"id": number, "method": method, "params": parameters})
        ends = time.monotonic() + self._timeout
        while True:
            message = self._hear(ends, method)
            if "method" in message and "id" in message:
                # A question of the server's: that this client is there it may know, and nothing else.
                known = message["method"] == "ping"
                rest = {"result": {}} if known else {"error": {"code": -32601, "message": "not offered"}}
                self._tell({"id": message["id"], **rest})
            elif message.get("id") == number:
                break
        if "error" in message:
            error = message["error"]
            said = error.get("message") if isinstance(error, dict) else error
            raise McpError(f"{self._name}: {said}")
        answer = message.get("result")
        if not isinstance(answer, dict):
            raise McpError(f"the server {self._name} answered {method} with no object")
        return answer

    def _hear(self, ends: float, method: str) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        while (place := self._read.find(b"\n")) < 0:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                raise McpError(f"the server {self._name} did not answer {method} within {self._timeout:g} s")
            piece = stream.read(1 << 16)
            if not piece:
                raise McpError(f"the server {self._name} ended before it answered {method}")
            self._read += piece
            if len(self._read) > LARGEST_ANSWER:
                raise McpError(f"the server {self._name} answered {method} with more than {LARGEST_ANSWER} bytes")
        line = bytes(self._read[:place])
        del self._read[: place + 1]
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise McpError(f"the server {self._name} wrote what is no message: {line[:100]!r}")
        return message


class McpTool:
    """A tool of a server; its parameters have the names that the server gives."""

    def __init__(self, server: McpServer, described: Mapping[str, Any]) -> None:
        self.name = str(described["name"])
        self.description = str(described.get("description", ""))
        schema = described.get("inputSchema")
        properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
        self.inputs: dict[str, Any] = dict(properties)
        self._server = server

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        names = list(self.inputs)
        if len(args) > len(names):
            raise TypeError(f"{self.name} takes {len(names)} arguments, and {len(args)} were given")
        return self._server.call(self.name, {**dict(zip(names, args)), **kwargs})
