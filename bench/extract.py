"""Takes the code out of what a model wrote, and says by which rule. Pure; the text is never run.

``docs/extraction.md`` has the rules in words. A change of what any text comes to needs a new EXTRACTOR.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bench import pysource
from bench.fences import Fence, fences, without_reasoning, without_tokens
from bench.languages import PYTHON, language
from bench.repo import answers
from bench.types import Completion, Extraction, Form, Problem, Stop

EXTRACTOR = "rules@2"

NONE = Extraction("", "none")
_PYTHON = frozenset(language(PYTHON).tags)
_PROMPTS = re.compile(r"^(?:>>>|\.\.\.)(?: |$)")
_SLIPS = str.maketrans({"\u00a0": " ", "\u2003": " ", "\u3000": " ", "\u200b": None, "\ufeff": None})
_DEFINITION = re.compile(r"(?:async def|def|class|import|from)\b|@")
_TRIED = 8
"""How many blocks, from the last, are tried as a function's inside."""
_STOPS_BODY = re.compile(r"(?:def|class|assert)\b|@|if __name__|print\(|```")


def extract(completion: Completion, problem: Problem) -> Extraction:
    """The code in a completion; rule ``none`` and no code where there is none. Never raises on any text."""
    if problem.checks.kind == "project":
        return answers.extract(completion, problem.checks)
    if completion.form is Form.PROGRAM:
        return Extraction(completion.text, "program", 1) if completion.text.strip() else NONE
    if problem.language != PYTHON:
        return _unparsed(completion, problem)
    found = (
        _continuation(completion, problem)
        if completion.form is Form.CONTINUATION
        else _reply(completion, problem)
    )
    return replace(found, notes=tuple(dict.fromkeys(found.notes)))


def _unparsed(completion: Completion, problem: Problem) -> Extraction:
    """Code in a language that is not parsed here, as it was written.

    The last block that defines the entry point, those of that language first; failing that the last of that
    language; without any the whole text, if it is a continuation or defines it.
    """
    spoken, raw = language(problem.language), completion.form is Form.CONTINUATION
    text, notes = (completion.text, ()) if raw else without_reasoning(completion.text)
    text, cut = without_tokens(text)
    notes = (*notes, *cut)
    kinds = dict.fromkeys(spoken.tags, "fence") | {"": "untagged_fence"}
    blocks = [fence for fence in fences(text) if fence.text.strip()]
    defining = [fence for fence in blocks if spoken.defines(fence.text, problem.entry_point)]
    ranked = [(kind, defining) for kind in ("fence", "untagged_fence", "other_fence")]
    for kind, pieces in (*ranked, ("fence", blocks)):
        for fence in reversed(pieces):
            if kinds.get(fence.tag, "other_fence") == kind:
                return Extraction(fence.text, kind, len(pieces), fence.closed, notes)
    text = text.partition("```")[0] if raw else text
    if text.strip() and (raw or spoken.defines(text, problem.entry_point)):
        ended = completion.stop is not Stop.LENGTH
        return Extraction(text, "continuation" if raw else "text", 1, ended, notes)
    return replace(NONE, notes=notes)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that could be the code. ``parses`` and ``defines`` (the entry point) rank it among others."""

    code: str
    tag: str
    closed: bool
    parses: bool
    defines: bool
    has_definition: bool
    """Whether any function or class stands at its top level."""
    mentions: bool
    """Whether a line begins the entry point's definition, even where the whole does not parse."""
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return "fence" if self.tag in _PYTHON else "other_fence" if self.tag else "untagged_fence"


def _piece(fence: Fence, entry_point: str) -> _Piece:
    code, notes = fence.text, [] if fence.closed else ["unclosed"]
    if code.lstrip().startswith(">>> "):
        code = "\n".join(line[4:] for line in code.split("\n") if _PROMPTS.match(line))
        notes.append("doctest_prompts")
    mentions = pysource.mentions_definition(code, entry_point)
    tree = pysource.parse(code)
    if tree is None and mentions:
        repaired = _repaired(code)
        if repaired:
            code, tree = repaired, pysource.parse(repaired)
            notes.append("repaired_indent")
    if tree is None and mentions and not fence.closed:
        region = _region(code, entry_point)
        if pysource.defines(pysource.parse(region), entry_point):
            code, tree = region, pysource.parse(region)
            notes.append("dropped_text")
    return _Piece(
        code,
        fence.tag,
        fence.closed,
        parses=tree is not None,
        defines=pysource.defines(tree, entry_point),
        has_definition=pysource.has_definition(tree),
        mentions=mentions,
        notes=tuple(notes),
    )


def _reply(completion: Completion, problem: Problem) -> Extraction:
    text, notes = without_reasoning(completion.text)
    text, cut = without_tokens(text)
    entry = problem.entry_point
    read = (_piece(fence, entry) for fence in fences(text) if fence.text.strip())
    pieces = [piece for piece in read if piece.code.strip()]
    found = (
        _fenced(pieces) or _unfenced(completion, text, problem) or _body(completion, pieces, text, problem)
    )
    found = found or _something_else(pieces, text, problem) or NONE
    found = replace(found, notes=(*notes, *cut, *found.notes))
    return _finished(found, pieces, problem) if found.code else found


def _fenced(pieces: Sequence[_Piece]) -> Extraction | None:
    """The last block that parses and defines the entry point; failing that, the last that begins to."""
    ours = sum(piece.mentions or piece.defines for piece in pieces)
    whole = [piece for piece in pieces if piece.defines]
    for kind in ("fence", "untagged_fence", "other_fence"):
        for piece in reversed(whole):
            if piece.kind == kind:
                return Extraction(piece.code, kind, ours, piece.closed, piece.notes)
    for piece in reversed(pieces):
        if piece.mentions and piece.kind != "other_fence":
            return Extraction(piece.code, piece.kind, ours, piece.closed, (*piece.notes, "does_not_parse"))
    return None


def _unfenced(completion: Completion, text: str, problem: Problem) -> Extraction | None:
    """Code without fences: the whole text, or the statements among its prose."""
    entry = problem.entry_point
    if not pysource.mentions_definition(text, entry) and not pysource.defines(pysource.parse(text), entry):
        return None
    code = text if pysource.defines(pysource.parse(text), entry) else _region(text, entry)
    if not pysource.mentions_definition(code, entry) and not pysource.defines(pysource.parse(code), entry):
        return None
    ended = completion.stop is not Stop.LENGTH or not text.rstrip().endswith(code.rstrip()[-80:])
    return Extraction(code, "text", 1, ended, () if code == text else ("dropped_text",))


def _body(completion: Completion, pieces: Sequence[_Piece], text: str, problem: Problem) -> Extraction | None:
    """Only the function's inside: joined to the prompt, when that makes a function that returns something."""
    tried = [(p.code, p.closed) for p in reversed(pieces[-_TRIED:]) if p.kind != "other_fence"]
    ended = completion.stop is not Stop.LENGTH
    tried += [(run, ended) for run in (text, _longest_indented(text)) if not pieces and run.strip()]
    for body, closed in tried:
        joined = _joined(problem, body)
        if joined is not None and pysource.returns(pysource.parse(joined), problem.entry_point):
            return Extraction(joined, "body", len(pieces) or 1, closed)
    return None


def _something_else(pieces: Sequence[_Piece], text: str, problem: Problem) -> Extraction | None:
    """Code that is not what was asked for: kept as it is, to fail honestly."""
    definitions = [piece for piece in pieces if piece.has_definition]
    for piece in reversed(definitions or [piece for piece in pieces if piece.kind == "fence"]):
        return Extraction(piece.code, piece.kind, 1, piece.closed, piece.notes)
    region = _region(text, problem.entry_point)
    if pysource.has_definition(pysource.parse(region)):
        return Extraction(region, "text", 1, notes=() if region == text else ("dropped_text",))
    return None


def _finished(found: Extraction, pieces: Sequence[_Piece], problem: Problem) -> Extraction:
    """The whole program: the code, what it lacks from other blocks, the prompt's preamble."""
    code, notes = found.code, list(found.notes)
    supplied = _supplied(code, [piece for piece in pieces if piece.parses], problem)
    if supplied != code:
        code = supplied
        notes.append("joined_blocks")
    tree = pysource.parse(code)
    if tree is None:
        notes.append("does_not_parse")
    else:
        trimmed = pysource.without_demonstrations(code, tree, problem.entry_point)
        if trimmed != code:
            code, tree = trimmed, pysource.parse(trimmed)
            notes.append("dropped_demonstration")
        if not pysource.defines(tree, problem.entry_point):
            notes.append("entry_point_missing")
    if problem.preamble.strip() and problem.preamble.strip() not in code:
        code = pysource.behind_future(code, tree, problem.preamble)
        notes.append("preamble")
    lacking = sorted(pysource.names(code).unbound)
    if lacking:
        notes.append("unbound:" + ",".join(lacking[:5]))
    return replace(found, code=code, notes=tuple(notes))


def _supplied(code: str, pieces: Sequence[_Piece], problem: Problem) -> str:
    """The code with those other blocks that bind names it lacks, in the order in which they were written."""
    has = pysource.names(problem.preamble).bound
    missing = set(pysource.names(code).unbound - has)
    others = [(piece, pysource.names(piece.code)) for piece in pieces if missing]
    # Later blocks overrule earlier ones, and a block that is only helpers one that is a draft of the answer.
    binds = {
        name: i
        for drafts in (True, False)
        for i, (p, n) in enumerate(others)
        if p.defines is drafts and p.code != code
        for name in n.bound
    }
    chosen: set[int] = set()
    while missing:
        found = binds.get(missing.pop())
        if found is not None and found not in chosen:
            chosen.add(found)
            missing |= others[found][1].unbound - has
    own = next((i for i, (piece, _) in enumerate(others) if piece.code == code), len(others))
    before = "\n\n".join(others[i][0].code for i in sorted(chosen) if i < own)
    after = [others[i][0].code for i in sorted(chosen) if i > own]
    if before:
        code = pysource.behind_future(code, pysource.parse(code), before)
    return "\n\n".join([code, *after])


def _continuation(completion: Completion, problem: Problem) -> Extraction:
    """What a base model wrote behind the prompt, up to the end of the function."""
    text, cut = without_tokens(completion.text)
    notes = list(cut)
    fence = re.search(r"^[ \t]*```.*$", text, re.MULTILINE)
    if fence and not text[: fence.start()].strip():
        text = text[fence.end() :].removeprefix("\n")
        fence = re.search(r"^[ \t]*```", text, re.MULTILINE)
    if fence:
        text = text[: fence.start()]
        notes.append("cut_at_fence")
    if not text.strip():
        return replace(NONE, notes=tuple(notes))
    whole = _whole_function(text, problem.entry_point)
    code, rest = whole or _function_body(text)
    if rest.strip():
        notes.append("cut_after_function")
    closed = bool(notes) or completion.stop is not Stop.LENGTH
    if whole is None:
        joined = _joined(problem, code)
        if joined is None:
            joined = f"{problem.prompt.rstrip()}\n{code}"
        elif code.strip("\n") not in joined:
            notes.append("repaired_indent")
        code = joined
    found = Extraction(code, "continuation", 1, closed, tuple(notes))
    return _finished(found, _definitions(rest) if pysource.names(code).unbound else (), problem)


def _definitions(text: str) -> list[_Piece]:
    """The functions, classes and imports among the statements of a text."""
    parts = [part for part in pysource.blocks(text) if _DEFINITION.match(part)]
    return [
        _Piece(part, "python", True, parses=True, defines=False, has_definition=True, mentions=False)
        for part in parts
        if pysource.parse(part) is not None
    ]


def _whole_function(text: str, entry_point: str) -> tuple[str, str] | None:
    """The text up to the end of the entry point's function, and the rest, if it is written out anew."""
    parts = pysource.blocks(text)
    for i, block in enumerate(parts):
        if pysource.mentions_definition(block, entry_point) and not block.startswith((" ", "\t")):
            return "\n".join(parts[: i + 1]), "\n".join(parts[i + 1 :])
        if block.strip() and not block.startswith("#") and not pysource.is_code(block):
            return None
    return None


def _function_body(text: str) -> tuple[str, str]:
    """The lines up to the next statement at the left margin, and the rest.

    The first line may have lost its indentation. So may all of them: then a ``return`` stands at the margin.
    """
    lines = text.split("\n")
    first = next(i for i, line in enumerate(lines) if line.strip())
    margin = [i for i in range(first + 1, len(lines)) if _begins_at_margin(lines[i])]
    if not lines[first][0].isspace():
        stop = next((i for i in margin if _STOPS_BODY.match(lines[i])), len(lines))
        ends = [i for i in margin if i < stop and lines[i].startswith("return")]
        if ends:
            margin = [ends[-1] + 1]
    end = margin[0] if margin else len(lines)
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def _begins_at_margin(line: str) -> bool:
    return bool(line) and not line[0].isspace() and line[0] not in "#)]}"


def _joined(problem: Problem, body: str) -> str | None:
    """The prompt and a function's inside, indented to fit; None when nothing makes it fit."""
    head = problem.prompt.rstrip()
    last = head.rpartition("\n")[2]
    width = last[: len(last) - len(last.lstrip())] or "    "
    for form in _indentations(body.strip("\n"), width):
        joined = f"{head}\n{form}\n"
        if pysource.ends_in(pysource.parse(joined), problem.entry_point):
            return joined
    return None


def _indentations(body: str, width: str) -> Iterable[str]:
    """A body as it is, and as it may have been meant: its first line or all of it at another depth, tabs."""
    plain = body.translate(_SLIPS)
    for text in dict.fromkeys((body, plain.expandtabs(4), plain.expandtabs(8))):
        first, _, rest = text.partition("\n")
        yield text
        yield textwrap.indent(textwrap.dedent(text), width)
        yield f"{width}{first.lstrip()}\n{rest}"
        yield textwrap.indent(f"{first.lstrip()}\n{textwrap.dedent(rest)}", width)


def _repaired(code: str) -> str:
    """The program with a slip of indentation mended, "" when that does not make it parse."""
    plain = code.translate(_SLIPS)
    for text in (code.lstrip(), plain.lstrip(), plain.expandtabs(4), plain.expandtabs(8)):
        if pysource.parse(text) is not None:
            return text
    return ""


def _region(text: str, entry_point: str) -> str:
    """The statements among lines of prose, and the entry point's definition even where it does not parse."""
    if not re.search(rf"^(?:async def|def|class) {re.escape(entry_point)}\b", text, re.MULTILINE):
        text = _outdented(text, entry_point)
    kept = [b for b in pysource.blocks(text) if _defines_here(b, entry_point) or pysource.is_code(b)]
    return "\n".join(kept)


def _defines_here(block: str, entry_point: str) -> bool:
    return pysource.mentions_definition(block, entry_point) and not block[0].isspace()


def _outdented(text: str, entry_point: str) -> str:
    """The text with the code brought to the left margin, when its definition is indented (and no method)."""
    found = list(
        re.finditer(rf"^([ \t]+)(?:async def|def|class) {re.escape(entry_point)}\b", text, re.MULTILINE)
    )
    if not found or any(
        pysource.is_code(b) and pysource.mentions_definition(b, entry_point) for b in pysource.blocks(text)
    ):
        return text
    depth = found[-1][1]
    return "\n".join(
        line[len(depth) :] if line.startswith(depth) else line.lstrip() for line in text.split("\n")
    )


def _longest_indented(text: str) -> str:
    """The longest run of indented lines, a function's inside between lines of prose; "" for none.

    Where a line at the margin looks like a definition, the text was meant as a program, and is a broken one.
    """
    if re.search(r"^(?:\S.*)?(?:def|class) \w", text, re.MULTILINE):
        return ""
    runs: list[list[str]] = [[]]
    for line in text.split("\n"):
        if not line or line[0].isspace():
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    return "\n".join(max(runs, key=lambda run: sum(1 for line in run if line.strip())))
