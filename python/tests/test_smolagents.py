"""GuardrunExecutor and SafeAgent with the real smolagents, and a model that says what the test wrote."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from scripted import ScriptedModel, code, shown
from smolagents import CodeAgent, Tool, ToolCallingAgent, tool
from smolagents.utils import AgentError

from guardrun import Event, GuardrunExecutor, GuardrunStopped, SafeAgent
from guardrun._binary import executable

Policies = Callable[..., str]


@pytest.fixture
def executor() -> Iterator[GuardrunExecutor]:
    made = GuardrunExecutor(policy="python", scan="warn")
    made.send_variables({})
    made.send_tools({})
    yield made
    made.cleanup()


class TestContract:
    """What smolagents asks of its own remote executors."""

    def test_state_stays(self, executor: GuardrunExecutor) -> None:
        executor("import math; a = 2")
        assert "1.41421" in executor("print(math.sqrt(a))").logs

    def test_output_and_logs(self, executor: GuardrunExecutor) -> None:
        result = executor("print('seen')\n'value'")
        assert (result.output, result.logs, result.is_final_answer) == ("value", "seen\n", False)

    def test_final_answer_over_many_lines(self, executor: GuardrunExecutor) -> None:
        result = executor('result = "a"\nfinal_answer(f"""line\n{result}\n""")')
        assert (result.output, result.is_final_answer) == ("line\na\n", True)

    def test_image(self, executor: GuardrunExecutor) -> None:
        result = executor("from PIL import Image\nfinal_answer(Image.new('RGB', (10, 10), (255, 0, 0)))")
        assert isinstance(result.output, PIL.Image.Image) and result.output.size == (10, 10)

    def test_syntax_error(self, executor: GuardrunExecutor) -> None:
        with pytest.raises(AgentError, match="SyntaxError"):
            executor('print("Missing Parenthesis')

    @pytest.mark.parametrize(
        "text, value",
        [
            ("final_answer('ok')", "ok"),
            ("def answer():\n    final_answer([1, (2, 3)])\nanswer()", [1, (2, 3)]),
            ("try:\n    final_answer({'a': 1})\nexcept Exception:\n    final_answer('eaten')", {"a": 1}),
            ("final_answer = 3\nfinal_answer(final_answer)", 3),
        ],
    )
    def test_final_answer_patterns(self, executor: GuardrunExecutor, text: str, value: Any) -> None:
        result = executor(text)
        assert (result.output, result.is_final_answer) == (value, True)

    def test_custom_final_answers(self, executor: GuardrunExecutor) -> None:
        class Joined(Tool):  # type: ignore[misc]
            name = "final_answer"
            description = "Gives the answer."
            inputs = {
                "answer1": {"type": "string", "description": "one"},
                "answer2": {"type": "string", "description": "two"},
            }
            output_type = "string"

            def forward(self, answer1: str, answer2: str) -> str:
                return f"{answer1}CUSTOM{answer2}"

        executor.send_tools({"final_answer": Joined()})
        assert executor("final_answer('a', answer2='b')").output == "aCUSTOMb"
        assert executor("final_answer(answer1='a', answer2='b')").output == "aCUSTOMb"

    def test_errors_keep_what_was_printed(self, executor: GuardrunExecutor) -> None:
        with pytest.raises(AgentError, match="ZeroDivisionError"):
            executor("print('before')\n1 / 0")
        assert executor.state["_print_outputs"] == "before\n"

    def test_variables(self, executor: GuardrunExecutor) -> None:
        executor.send_variables({"given": [1, 2]})
        assert executor("sum(given)").output == 3
        with pytest.raises(AgentError, match="lost"):
            executor("import os; os._exit(1)")
        assert executor("sum(given)").output == 3


@tool  # type: ignore[misc]
def add(a: int, b: int) -> int:
    """Adds.

    Args:
        a: one
        b: another
    """
    return a + b


class Shell(Tool):  # type: ignore[misc]
    name = "shell"
    description = "Runs a command."
    inputs = {"command": {"type": "string", "description": "the command"}}
    output_type = "string"

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []

    def forward(self, command: str) -> str:
        self.ran.append(command)
        return "done"


def test_one_line_is_all_it_takes(policy: Policies) -> None:
    model = ScriptedModel(
        code("total = add(1, 2)\nprint(total)"),
        code("async def f(): return total\nmatch await f():\n    case 3: final_answer({'total': total})"),
        code("final_answer(total + 1)"),
    )
    executor = GuardrunExecutor(policy=policy("tools: {allow: [add]}"))
    with CodeAgent(tools=[add], model=model, executor=executor) as agent:
        assert agent.run("add") == {"total": 3}
        # A second run works, and the interpreter still has its variables.
        assert agent.run("again", reset=False) == 4


def test_a_denied_step_is_something_the_model_can_mend() -> None:
    steps = ["import shutil\nshutil.rmtree('/home')", "open('/etc/shadow').read()", "final_answer('mended')"]
    model = ScriptedModel(*map(code, steps))
    seen: list[Event] = []
    with SafeAgent(model=model, policy="python") as agent:
        agent.on("policy_violation", seen.append)
        assert agent.run("misbehave") == "mended"
    assert "the policy refuses this code: line 2" in shown(model) and "shadow" in shown(model)
    assert [event["op"] for event in seen] == ["open"]


def test_managed_agents_are_tools_and_count(policy: Policies) -> None:
    answer = ScriptedModel(code("final_answer('from the helper')"))
    helper = CodeAgent(tools=[], model=answer, name="helper", description="Helps.", executor=GuardrunExecutor())
    model = ScriptedModel(code("final_answer(helper(task='help'))"))
    rules = policy("tools: {allow: [helper]}\nlimits: {tokens: 30}")
    with SafeAgent(model=model, policy=rules, managed_agents=[helper]) as agent:
        assert "from the helper" in agent.run("ask")
        with pytest.raises(GuardrunStopped, match="tokens"):
            agent.run("once more")
    helper.cleanup()


def test_interrupt_with_a_reason(policy: Policies) -> None:
    holder: dict[str, SafeAgent] = {}

    @tool  # type: ignore[misc]
    def stop() -> str:
        """Stops the agent."""
        holder["agent"].interrupt("the operator has seen enough")
        return "stopping"

    model = ScriptedModel(code("stop()\nwhile True: pass"))
    events: list[Event] = []
    with SafeAgent(tools=[stop], model=model, policy=policy("tools: {allow: [stop]}")) as agent:
        holder["agent"] = agent
        agent.on("interrupted", events.append)
        with pytest.raises(AgentError, match="interrupted"):
            agent.run("go")
    assert events[0]["reason"] == "the operator has seen enough"


def test_each_call_is_recorded_before_it_is_made(policy: Policies, audit: Path) -> None:
    seen: list[list[str]] = []
    events: list[Event] = []

    @tool  # type: ignore[misc]
    def look() -> str:
        """Looks at what is recorded of its own call."""
        seen.append([event.type for event in events if event.type.startswith("tool_call")])
        return "looked"

    model = ScriptedModel(code("final_answer(look())"))
    with SafeAgent(tools=[look], model=model, policy=policy("tools: {allow: [look]}")) as agent:
        agent.on("*", events.append)
        assert agent.run("go") == "looked"
    assert seen == [["tool_call_started"]]
    kinds = [event.type for event in events]
    assert kinds.index("tool_call_started") < kinds.index("tool_call_finished")
    # The trail is one file whose lines are chained; who has it verifies it without this process.
    verified = subprocess.run([executable(), "audit", "verify", "--audit", str(audit)], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_what_the_entry_point_names() -> None:
    project = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    assert '[project.entry-points."smolagents.executors"]\nguardrun = "guardrun._smolagents:executor"' in project
    from guardrun._smolagents import executor as factory

    made = factory(["os"], None, policy="python")
    try:
        made.send_tools({})
        assert made("6 * 7").output == 42
    finally:
        made.cleanup()


def test_an_agent_goes_back_to_a_checkpoint(policy: Policies) -> None:
    model = ScriptedModel(code("x = [1]\nfinal_answer(0)"), code("x.append(2)\nfinal_answer(0)"), code("final_answer(x)"))
    with SafeAgent(model=model, policy=policy(), session={"checkpoints": 2}) as agent:
        agent.run("one")
        kept = agent.checkpoint()
        steps = len(agent.agent.memory.steps)
        agent.run("two", reset=False)
        agent.restore(kept)
        assert len(agent.agent.memory.steps) == steps
        assert agent.run("three", reset=False) == [1]


def test_an_agent_that_calls_tools_itself(policy: Policies) -> None:
    shell = Shell()
    events: list[Event] = []
    model = ScriptedModel(
        [("shell", {"command": "rm -rf /"}), ("shell", {"command": "ls"})],
        [("shell", {"command": "pwd"})],
        [("shell", {"command": "id"})],
        [("final_answer", {"answer": "done"})],
    )
    rules = "limits: {tool_calls: 2}\ntools: {allow: [shell], rules: [{tool: shell, refuse: [{contains: 'rm -rf'}]}]}"
    with SafeAgent(tools=[shell], model=model, policy=policy(rules), kind=ToolCallingAgent) as agent:
        agent.on("tool_call_blocked", events.append)
        assert agent.run("go") == "done"
    assert sorted(shell.ran) in (["ls", "pwd"], ["id", "pwd"])
    assert events and "refuses" in events[0].message and "limits.tool_calls" in shown(model) + str(events)


@pytest.mark.parametrize("limit", ["tokens: 40", "cost_usd: 0.50"])
def test_a_budget_holds(policy: Policies, limit: str) -> None:
    model = ScriptedModel(*[code("x = 1")] * 10)
    with SafeAgent(model=model, policy=policy(f"limits: {{{limit}}}"), prices=(10_000, 20_000)) as agent:
        with pytest.raises(GuardrunStopped) as stopped:
            agent.run("spend")
    assert stopped.value.limit == limit.partition(":")[0]
    assert len(model.seen) == 3


class TestBypasses:
    """What went past interceptors in the agent's own process."""

    def agent(self, policy: str, *texts: str) -> tuple[SafeAgent, Shell, list[Event]]:
        shell = Shell()
        events: list[Event] = []
        agent = SafeAgent(tools=[shell, add], model=ScriptedModel(*map(code, texts)), policy=policy)
        agent.on("*", events.append)
        return agent, shell, events

    def test_a_tool_that_is_not_allowed_never_runs(self, policy: Policies) -> None:
        agent, shell, events = self.agent(
            policy("tools: {allow: [add]}"),
            "try:\n    shell('rm -rf /x')\nexcept Exception as error:\n    print(error)",
            "shell.forward('rm -rf /x')",
            "final_answer(add(1, 2))",
        )
        with agent:
            assert agent.run("go") == 3
        assert shell.ran == []
        blocked = [event for event in events if event.type == "tool_call_blocked"]
        assert [event["tool"] for event in blocked] == ["shell"] and "tools.allow" in (blocked[0].rule or "")

    def test_a_hundred_calls_in_one_step_are_three(self, policy: Policies) -> None:
        text = """
got = 0
for i in range(100):
    try:
        shell(str(i))
        got += 1
    except PermissionError:
        pass
final_answer(got)
"""
        agent, shell, events = self.agent(policy("limits: {tool_calls: 3}\ntools: {allow: [shell]}"), text)
        with agent:
            assert agent.run("go") == 3
        assert shell.ran == ["0", "1", "2"]
        assert sum(event.type == "tool_call_blocked" for event in events) == 97

    def test_refused_texts_are_found_however_they_are_packed(self, policy: Policies) -> None:
        agent, shell, _ = self.agent(
            policy("tools: {allow: [shell], rules: [{tool: shell, refuse: [{contains: 'rm -rf'}]}]}"),
            "shell(command='x; rm -rf /')",
            "shell(['x', {'y': 'rm -rf /'}])",
            "shell(b'rm -rf /')",
            "shell({'rm -rf /': 1})",
            "shell(('rm -rf',))",
            "final_answer(shell('ls'))",
        )
        with agent:
            assert agent.run("go") == "done"
        assert shell.ran == ["ls"]

    def test_refused_calls_cost_nothing(self, policy: Policies) -> None:
        rules = "limits: {tool_calls: 1}\ntools: {allow: [shell], rules: [{tool: shell, refuse: [{contains: bad}]}]}"
        agent, shell, _ = self.agent(policy(rules), "shell('bad')", "shell('bad')", "final_answer(shell('good'))")
        with agent:
            assert agent.run("go") == "done"
        assert shell.ran == ["good"]

    def test_code_without_any_tool_is_held_too(self, policy: Policies, tmp_path: Path) -> None:
        target = tmp_path / "written"
        text = f"import pathlib\npathlib.Path({str(target)!r}).write_text('x')"
        agent, _, events = self.agent(policy(), text, "final_answer('ok')")
        with agent:
            assert agent.run("go") == "ok"
        assert not target.exists()

    def test_an_endless_step_is_stopped(self, policy: Policies) -> None:
        agent, _, _ = self.agent(policy("limits: {wall: 1s}"), "n = 0\nwhile True: n += 1", "final_answer(n > 0)")
        with agent:
            assert agent.run("go") is True


@pytest.mark.parametrize(
    "text",
    [
        "'{0.__globals__[_os].environ[GUARDRUN_TEST_SECRET]}'.format(final_answer)",
        "import os; os.environ['GUARDRUN_TEST_SECRET']",
        "open('/proc/1/environ', 'rb').read().index(b'hunter2')",
        "import numpy as np; np.fromfile('SECRET', dtype='u1')",
        "import numpy as np; np.load('SECRET', allow_pickle=True)",
        "import pandas as pd; pd.read_csv('SECRET')",
        "import pandas as pd; pd.DataFrame({'a': [1]}).to_csv('WRITTEN')",
        "import os; os.execv('/bin/sh', ['sh', '-c', 'echo hunter2 > WRITTEN'])",
        "import subprocess; subprocess.run(['sh', '-c', 'echo > WRITTEN'], check=True)",
        "import ctypes; assert ctypes.CDLL(None).system(b'echo > WRITTEN') == 0",
        "import random; assert random._os.system('echo > WRITTEN') == 0",
        "import pickle; assert pickle.loads(b\"cos\\nsystem\\n(S'echo > WRITTEN'\\ntR.\") == 0",
        "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    ],
)
def test_escapes(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What gets out of the local interpreter of smolagents, or reaches what it should not, tried by its effect."""
    monkeypatch.setenv("GUARDRUN_TEST_SECRET", "hunter2")
    secret, written = tmp_path / "secret", tmp_path / "written"
    secret.write_text("hunter2\n")
    executor = GuardrunExecutor(policy="python", scan="warn", directory="/usr")
    try:
        with pytest.raises(AgentError) as refused:
            executor(text.replace("'SECRET'", repr(str(secret))).replace("WRITTEN", str(written)))
        assert "hunter2" not in str(refused.value) and "ModuleNotFound" not in str(refused.value)
        assert not written.exists()
    finally:
        executor.cleanup()


def test_objects_run_nothing_in_the_host(executor: GuardrunExecutor) -> None:
    text = """
class Loud:
    def __del__(self): print('del')
    def __eq__(self, other): print('eq'); return True
    def __repr__(self): return 'loud'
    def __reduce__(self): return (print, ('reduced',))
a = Loud()
a.__class__ = type('Other', (Loud,), {})
setattr(a, '__dict__', {'x': 1})
a
"""
    result = executor(text)
    assert result.output == "loud" and type(result.output) is str


def test_a_forged_answer_is_only_data(executor: GuardrunExecutor) -> None:
    forged = executor("{'__guardrun__': 'Path', 'value': ['x']}").output
    assert forged == {"__guardrun__": "Path", "value": ["x"]}
