"""MCP servers behind a session: a real one, made with the `mcp` package, and some that break the protocol."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guardrun import CellFailed, McpError, McpServer, Session

SERVER = """
from mcp.server.mcpserver import MCPServer
server = MCPServer("shop")

@server.tool()
def price(item: str, count: int = 1) -> float:
    '''What it costs.'''
    return {"apple": 0.5}[item] * count

@server.tool(name="list-items")
def items() -> list[str]:
    return ["apple"]

@server.tool()
def secret() -> str:
    '''What nobody is to have.'''
    open(PLACE, "w").write("called")
    return "hunter2"

server.run()
"""


@pytest.fixture
def server(tmp_path: Path) -> list[str]:
    pytest.importorskip("mcp")
    file = tmp_path / "server.py"
    file.write_text(SERVER.replace("PLACE", repr(str(tmp_path / "called"))))
    return [sys.executable, str(file)]


def test_calls_are_decided_before_they_reach_the_server(
    policy: Callable[..., str], server: list[str], tmp_path: Path
) -> None:
    rules = policy(
        "tools:\n  allow: ['shop.price', 'shop.list_items']\n  rules: [{tool: 'shop.*', arguments: {count: {type: integer, maximum: 10}}}]\n"
    )
    with McpServer("shop", server) as shop, Session(rules, tools=shop.tools) as session:
        assert set(shop.tools) == {"shop.price", "shop.list_items", "shop.secret"}
        assert session.execute("shop.list_items()").value == ["apple"]
        assert shop.tools["shop.price"].description == "What it costs."
        assert session.execute("shop.price('apple', 4)").value == 2.0
        assert session.execute("shop.price(item='apple')").value == 0.5
        with pytest.raises(CellFailed, match="is more than"):
            session.execute("shop.price('apple', 11)")
        with pytest.raises(CellFailed, match="McpError"):
            session.execute("shop.price('pear')")
        with pytest.raises(CellFailed, match="tools.allow"):
            session.execute("shop.secret()")
    assert not (tmp_path / "called").exists()


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("print('hello', flush=True); input()", "no message"),
        ("pass", "ended before|is gone"),
        ("import time; time.sleep(60)", "within 1 s"),
        ("input(); print('{\"id\": 1, \"result\": 3}', flush=True); input()", "no object"),
        ("input(); print('{\"id\": 1, \"error\": {\"message\": \"not today\"}}', flush=True); input()", "not today"),
    ],
)
def test_servers_that_break_the_protocol(text: str, sentence: str) -> None:
    with pytest.raises(McpError, match=sentence):
        McpServer("odd", [sys.executable, "-c", text], timeout=1 if "sleep" in text else 30)
    with pytest.raises(McpError, match="could not be started"):
        McpServer("none", ["/nowhere/server"])
