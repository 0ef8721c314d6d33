"""The programming languages of problems: what people call them, and how models write a block of one."""

from __future__ import annotations

import re
from dataclasses import dataclass

PYTHON = "python"


@dataclass(frozen=True, slots=True)
class Language:
    """``tags``: of fenced blocks, the first of which prompts use.

    ``definition``: a pattern that finds where ``{name}`` is defined, and not where it is only called.
    """

    title: str
    tags: tuple[str, ...]
    definition: str = r"\b{name}\b"

    def defines(self, code: str, name: str) -> bool:
        return re.search(self.definition.format(name=re.escape(name)), code, re.MULTILINE) is not None

    def defined(self, code: str) -> list[str]:
        """The names of functions that it defines, in order."""
        return re.findall(self.definition.format(name=r"(\w+)"), code, re.MULTILINE)


_TYPED = r"[\w>\]&*]\s+[&*]*{name}\s*\([^;{{}}()]*\)\s*(?:(?:const|noexcept|throws)\b[\w\s,.]*)?\{{"
"""A type, the name, parameters and then a body."""

_LANGUAGES = {
    PYTHON: Language(
        "Python",
        ("python", "py", "python3", "py3", "ipython", "pycon", "python-repl", "doctest", "sage"),
        r"^\s*(?:async\s+)?(?:def|class)\s+{name}\b",
    ),
    "javascript": Language(
        "JavaScript",
        ("javascript", "js", "node", "nodejs", "mjs", "cjs"),
        r"\b(?:function\b\s*\*?|const|let|var)\s*\b{name}\b",
    ),
    "java": Language("Java", ("java",), _TYPED),
    "go": Language("Go", ("go", "golang"), r"\bfunc\s+{name}\b"),
    "cpp": Language("C++", ("cpp", "c++", "cxx", "cc", "c"), _TYPED),
    "rust": Language("Rust", ("rust", "rs"), r"\bfn\s+{name}\b"),
}


def language(name: str) -> Language:
    """The language that a problem names; one that is not known here is called and tagged by its name."""
    return _LANGUAGES.get(name) or Language(name, (name,))
