"""Templates with `{% … %}` expressions, and the values they see."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import stepfunctions

from .errors import StateError, limited
from .execution import Execution
from .scope import Scope

State = dict[str, Any]
_OPEN, _CLOSE = "{%", "%}"


@dataclass
class Frame:
    """Where a state runs: in which execution and scope, with which context and variables."""

    execution: Execution
    scope: Scope
    context: dict[str, Any]
    variables: dict[str, Any] = field(default_factory=dict)

    def branch(self, scope: Scope) -> Frame:
        """A frame for a branch: it reads the variables of now, and its own stay its own."""
        return Frame(self.execution, scope, copy.deepcopy(self.context), copy.deepcopy(self.variables))

    def enter(self, name: str) -> None:
        """The context object of a state that begins."""
        self.context.pop("Task", None)
        self.context["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}

    def evaluate(self, template: Any, data: Any, **seen: Any) -> Any:
        """A template's value; `result` and `error_output` may be seen besides the state's input."""
        if isinstance(template, str):
            return self._text(template, data, seen)
        if isinstance(template, list):
            return [self.evaluate(item, data, **seen) for item in template]
        if isinstance(template, dict):
            return {key: self.evaluate(item, data, **seen) for key, item in template.items()}
        return template

    def _text(self, text: str, data: Any, seen: dict[str, Any]) -> Any:
        if not is_expression(text):
            return text
        context = {**self.context, "variables": self.variables}
        expression = text.strip()[len(_OPEN) : -len(_CLOSE)].strip()
        try:
            return stepfunctions._evaluate_jsonata(expression, data, context, **seen)
        except stepfunctions._ExecutionError as error:
            raise StateError(error.error, str(error.cause)) from error

    def typed(self, state: State, name: str, kind: type | tuple[type, ...], data: Any) -> Any:
        """A field's value, which must be of a kind."""
        value = self.evaluate(state[name], data)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            cause = f"The JSONata expression for the field '{name}' returned an unexpected type."
            raise StateError("States.QueryEvaluationError", cause)
        return value

    def leave(self, fields: State, data: Any, default: Any, **seen: Any) -> Any:
        """The output of a state, a rule or a catcher; Assign takes effect after Output."""
        output = default
        if "Output" in fields:
            output = self.evaluate(fields["Output"], data, **seen)
        assigned = self.evaluate(fields.get("Assign", {}), data, **seen)
        name = self.context["State"]["Name"]
        limited(output, f"The state '{name}' returned a result that")
        limited(assigned, f"The state '{name}' assigned a value that")
        self.variables.update(assigned)
        return output


def is_expression(value: Any) -> bool:
    """Whether a template's value is an expression."""
    if not isinstance(value, str):
        return False
    text = value.strip()
    return text.startswith(_OPEN) and text.endswith(_CLOSE)
