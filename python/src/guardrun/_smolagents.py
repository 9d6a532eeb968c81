"""smolagents on top of guardrun: the executor, and an agent with a policy."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smolagents import CodeAgent, PythonExecutor
from smolagents.local_python_executor import CodeOutput, fix_final_answer_code
from smolagents.monitoring import AgentLogger, LogLevel
from smolagents.utils import AgentError

from . import _values
from ._errors import GuardrunError, SessionEnded
from ._events import Event
from ._policy import Policy
from ._session import Approval, Session

Handler = Callable[[Event], None]


class GuardrunStopped(BaseException):
    """The session is over: a budget is spent, or its protocol was broken. It leaves `agent.run()` at once, with the reason.

    It is no Exception, because smolagents shows those to the model and goes on.
    """

    def __init__(self, ended: SessionEnded) -> None:
        super().__init__(ended.reason)
        self.reason = ended.reason
        self.limit = ended.limit


class GuardrunExecutor(PythonExecutor):
    """Runs the code of a CodeAgent in a guarded interpreter.

        CodeAgent(tools=[...], model=model, executor=GuardrunExecutor(policy="policy.yaml"))

    Tools, MCP tools and managed agents stay in this process; the code inside reaches them as far as the policy's `tools`
    say, and each call is decided and recorded before it is made.
    """

    def __init__(
        self,
        policy: Policy | str | os.PathLike[str] = "python",
        *,
        logger: AgentLogger | None = None,
        on_event: Handler | None = None,
        **options: Any,
    ) -> None:
        self._policy = policy
        self._options = options
        self._logger = logger or AgentLogger(level=LogLevel.OFF)
        self._handlers: dict[str, list[Handler]] = {}
        if on_event is not None:
            self.on("*", on_event)
        self._session: Session | None = None
        self._tools: dict[str, Callable[..., Any]] = {}
        self._variables: dict[str, Any] = {}
        self._lock = threading.RLock()
        #: What smolagents shows of a step that failed.
        self.state: dict[str, Any] = {"_print_outputs": ""}

    def __bool__(self) -> bool:
        return True

    def on(self, event: str, handler: Handler) -> GuardrunExecutor:
        """Calls the handler for each event of that type, or for each of all with "*"."""
        self._handlers.setdefault(event, []).append(handler)
        return self

    @property
    def session(self) -> Session:
        """The session, which is started when it is first needed."""
        with self._lock:
            if self._session is None:
                self._session = Session(self._policy, on_event=self._tell, **self._options)
            return self._session

    def send_tools(self, tools: Mapping[str, Any]) -> None:
        self._tools = dict(tools)
        self._run(lambda session: session.declare(self._tools))

    def send_variables(self, variables: Mapping[str, Any]) -> None:
        if not variables:
            return
        for name, value in variables.items():
            try:
                _values.encode(value)
            except TypeError as error:
                raise AgentError(f"the variable {name}: {error}", self._logger) from None
        self._variables.update(variables)
        self._run(lambda session: session.set(variables))

    def __call__(self, code_action: str) -> CodeOutput:
        if "final_answer" in code_action:
            try:
                code_action = fix_final_answer_code(code_action)
            except SyntaxError:
                pass
        cell = self._run(lambda session: session.execute(code_action))
        if cell.final is not None:
            args, kwargs = cell.final
            answer = self._tools.get("final_answer")
            value = answer(*args, **kwargs) if answer is not None else (args[0] if args else next(iter(kwargs.values()), None))
            return CodeOutput(output=value, logs=cell.output, is_final_answer=True)
        return CodeOutput(output=cell.value if cell.has_value else cell.text, logs=cell.output, is_final_answer=False)

    def _run(self, work: Callable[[Session], Any]) -> Any:
        session = self.session
        generation = session.generation
        try:
            return work(session)
        except SessionEnded as ended:
            raise GuardrunStopped(ended) from ended
        except GuardrunError as error:
            self.state["_print_outputs"] = session.output
            if session.generation != generation:
                self._restore(session)
            raise AgentError(str(error), self._logger) from error
        finally:
            self.state["_print_outputs"] = session.output

    def _restore(self, session: Session) -> None:
        """The session declares its tools to a new interpreter by itself; what the agent was given is sent again."""
        if not self._variables:
            return
        output = session.output
        try:
            session.set(self._variables)
        except SessionEnded as ended:
            raise GuardrunStopped(ended) from ended
        finally:
            session.output = output

    def _tell(self, event: Event) -> None:
        for handler in [*self._handlers.get(event.type, []), *self._handlers.get("*", [])]:
            handler(event)

    def checkpoint(self) -> int:
        """Keeps the interpreter's variables and the files that it may write as they are now; their number."""
        return int(self._run(lambda session: session.checkpoint()))

    def restore(self, checkpoint: int | None = None) -> None:
        """Goes back to a checkpoint, the last one if none is named; also after the interpreter was lost."""
        self._run(lambda session: session.restore(checkpoint))

    def interrupt(self, reason: str = "the agent was interrupted") -> None:
        """Stops the code at hand; any thread may."""
        if self._session is not None:
            self._session.interrupt(reason)

    def cleanup(self) -> None:
        """Ends the session."""
        with self._lock:
            if self._session is not None:
                self._session.close()
                self._session = None

    delete = cleanup


def executor(additional_authorized_imports: Sequence[str] = (), logger: AgentLogger | None = None, **options: Any) -> GuardrunExecutor:
    """What the entry point `smolagents.executors` of later releases calls. What may be imported the policy decides."""
    return GuardrunExecutor(logger=logger, **options)


class _Metered:
    """A model whose tokens are counted before the agent goes on: those of planning and of managed agents too."""

    def __init__(self, model: Any, spend: Callable[[int, float], None], prices: tuple[float, float]) -> None:
        self._model = model
        self._spend = spend
        self._prices = prices

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def _count(self, usage: Any) -> None:
        if usage is None:
            return
        cost = (usage.input_tokens * self._prices[0] + usage.output_tokens * self._prices[1]) / 1_000_000
        self._spend(usage.input_tokens + usage.output_tokens, cost)

    def generate(self, *args: Any, **kwargs: Any) -> Any:
        message = self._model.generate(*args, **kwargs)
        self._count(message.token_usage)
        return message

    __call__ = generate

    def generate_stream(self, *args: Any, **kwargs: Any) -> Any:
        for delta in self._model.generate_stream(*args, **kwargs):
            self._count(getattr(delta, "token_usage", None))
            yield delta


class _Call:
    """A tool as it was before its calls were sent through a session."""

    def __init__(self, tool: Any) -> None:
        self.inputs = tool.inputs
        self._forward = tool.forward

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._forward(*args, **kwargs)


class SafeAgent:
    """An agent with a policy.

        agent = SafeAgent(tools=[search], model=model, policy="policy.yaml")
        agent.on("policy_violation", lambda event: print(event.message))
        agent.run("...")

    It is a smolagents CodeAgent whose code runs in a guarded session, or with `kind=ToolCallingAgent` one whose calls of
    tools are decided there. Its model is counted against `limits.tokens` and `limits.cost_usd` (`prices` are dollars for
    a million input and output tokens).
    """

    def __init__(
        self,
        tools: Sequence[Any] = (),
        model: Any = None,
        policy: Policy | str | os.PathLike[str] = "python",
        *,
        kind: type[Any] = CodeAgent,
        approve: Callable[[Approval], bool] | None = None,
        prices: tuple[float, float] = (0.0, 0.0),
        managed_agents: Sequence[Any] = (),
        session: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self.executor = GuardrunExecutor(policy, approve=approve, **(session or {}))
        self.prices = prices
        self._memories: dict[int, list[Any]] = {}
        for managed in managed_agents:
            managed.model = self._metered(managed.model)
        if issubclass(kind, CodeAgent):
            options["executor"] = self.executor
        self.agent = kind(
            tools=list(tools), model=self._metered(model), managed_agents=list(managed_agents) or None, **options
        )
        if not issubclass(kind, CodeAgent):
            self._govern({name: tool for name, tool in self.agent.tools.items() if name != "final_answer"})

    def _govern(self, tools: dict[str, Any]) -> None:
        """Sends each call through the session, where it is decided, counted and recorded, and back to the tool."""
        self.executor.send_tools({name: _Call(tool) for name, tool in tools.items()})
        for name, tool in tools.items():
            tool.forward = functools.partial(self._call, name)

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self.executor._run(lambda session: session.call(name, *args, **kwargs))

    def _metered(self, model: Any) -> Any:
        return _Metered(model, self._spend, self.prices)

    def _spend(self, tokens: int, cost: float) -> None:
        self.executor._run(lambda session: session.spend(tokens, cost))

    def on(self, event: str, handler: Handler) -> SafeAgent:
        """Calls the handler for each event of that type; "*" means all."""
        self.executor.on(event, handler)
        return self

    def run(self, task: str, **options: Any) -> Any:
        return self.agent.run(task, **options)

    def checkpoint(self) -> int:
        """Keeps the code's variables, the files that it may write and what the agent remembers; their number."""
        number = self.executor.checkpoint()
        self._memories[number] = list(self.agent.memory.steps)
        return number

    def restore(self, checkpoint: int | None = None) -> None:
        """Goes back to a checkpoint, the last one if none is named; `run(task, reset=False)` goes on from there.

        What the agent remembers comes back where `checkpoint` was called for it; what was spent stays spent.
        """
        session = self.executor.session
        number = checkpoint if checkpoint is not None else (session.checkpoints or [0])[-1]
        self.executor.restore(number)
        if number in self._memories:
            self.agent.memory.steps = list(self._memories[number])

    def interrupt(self, reason: str = "the agent was interrupted") -> None:
        """Stops the code at hand and the agent after its step, for a reason that is recorded."""
        self.executor.interrupt(reason)
        self.agent.interrupt()

    def close(self) -> None:
        self.executor.cleanup()

    def __enter__(self) -> SafeAgent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
