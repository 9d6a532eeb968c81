"""A session as a plain function, which is what the frameworks make tools of."""

from __future__ import annotations

from collections.abc import Callable

from ._errors import CodeDenied, GuardrunError, SessionEnded
from ._session import Session

LONGEST = 20_000


def code_function(session: Session, longest: int = LONGEST) -> Callable[[str], str]:
    """A function that runs code in the session and says what came of it, as a text for a model.

    LangChain, LangGraph and the OpenAI Agents SDK make a tool of any function with types and a docstring:

        StructuredTool.from_function(guardrun.code_function(session))
        function_tool(guardrun.code_function(session))

    What the code raises, and what guardrun refuses, is part of the text, so that the model can mend it; only the end of the
    session is raised.
    """

    def run_python(code: str) -> str:
        """Runs Python code in a guarded interpreter that keeps its variables, and returns what it printed and the value of
        its last expression.

        Args:
            code: The Python code to run.
        """
        try:
            cell = session.execute(code)
            said = "" if cell.text == "None" else cell.text
        except SessionEnded:
            raise
        except CodeDenied as denied:
            return f"refused: {denied}"
        except GuardrunError as error:
            said = f"error: {error}"
            return _cut(session.output + said, longest)
        return _cut(cell.output + said, longest) or "(no output)"

    return run_python


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}... ({len(text)} characters)"
