"""The data set's own solution as a model: shows that the suite, the sandbox and the judge agree."""

from __future__ import annotations

from bench.errors import Fault, ProviderError, UsageError
from bench.protocols import ModelContext
from bench.types import Completion, Form, Request


def make(name: str, context: ModelContext, /) -> Reference:
    """``reference``; takes no name behind it."""
    if name:
        raise UsageError(f"reference/{name}: takes no name", hint="Write just: reference")
    return Reference(context)


class Reference:
    """Answers every problem with its reference."""

    name = "reference"

    def __init__(self, context: ModelContext) -> None:
        self._problems = context.problems

    def generate(self, request: Request, /) -> Completion:
        problem = self._problems.get((request.key.suite, request.key.problem))
        if problem is None or not problem.reference:
            raise ProviderError(Fault.MISSING, f"{request.key}: the data set has no reference")
        return Completion(problem.reference, form=Form.PROGRAM, served_model=self.name, cost_microusd=0)
