"""A model that says what a test wrote, so that no network is needed."""

from __future__ import annotations

from typing import Any

from smolagents.models import (
    ChatMessage,
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    MessageRole,
    Model,
)
from smolagents.monitoring import TokenUsage


class ScriptedModel(Model):
    """Answers with one text after the other; each takes 10 tokens in and 5 out."""

    def __init__(self, *texts: str | list[tuple[str, dict[str, Any]]]) -> None:
        super().__init__(model_id="scripted")
        self.texts = list(texts)
        self.seen: list[Any] = []

    def generate(self, messages: Any, *_: Any, **__: Any) -> ChatMessage:
        self.seen.append(messages)
        text = self.texts.pop(0) if self.texts else code("final_answer('out of script')")
        usage = TokenUsage(10, 5)
        if isinstance(text, str):
            return ChatMessage(role=MessageRole.ASSISTANT, content=text, token_usage=usage)
        calls = [
            ChatMessageToolCall(
                id=str(number), type="function", function=ChatMessageToolCallFunction(name=name, arguments=arguments)
            )
            for number, (name, arguments) in enumerate(text)
        ]
        return ChatMessage(role=MessageRole.ASSISTANT, content="", tool_calls=calls, token_usage=usage)


def code(text: str) -> str:
    """A step as a CodeAgent's model writes it."""
    return f"Thought: go on.\n<code>\n{text}\n</code>"


def shown(model: ScriptedModel) -> str:
    """All that the model was shown, as text."""
    return str(model.seen)
