"""From a model's raw text to the pieces that could be code: reasoning and special tokens out, fences read.

Pure and linear in the length of the text.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from bench.pysource import open_string

_TAG_NAMES = r"(?:seed:)?(?:think|thinking|thought|reasoning)"
_REASONING = re.compile(
    rf"(?P<open>^[ \t]*(?:<{_TAG_NAMES}(?:[ \t][^<>\n]{{0,80}})?>|\[THINK\]|◁think▷|<\|channel>thought\b"
    r"|<\|(?:begin_of_thought|start_thinking|inner_prefix)\|>)"
    rf"|(?<=[.!?:][ ])<{_TAG_NAMES}>[ \t]*$)"
    rf"|(?<![\"'`])(?P<close></{_TAG_NAMES}>|\[/THINK\]|◁/think▷|<channel\|>"
    r"|<\|(?:end_of_thought|end_thinking|inner_suffix)\|>)",
    re.MULTILINE | re.IGNORECASE,
)
_FINAL_CHANNEL = re.compile(r"<\|channel\|>final\b[^<\n]{0,40}(?:<\|constrain\|>[^<\n]{0,40})?<\|message\|>")
# The same channels where a server has taken their tokens away: "analysisWe need ... assistantfinalHere is".
_BARE_ANALYSIS = re.compile(r"\s*analysis(?=[A-Z])")
_BARE_FINAL = "assistantfinal"

# Only tokens that no program is likely to hold may cut anywhere; the others have to end their line.
_TOKEN = re.compile(
    r"<\|[A-Za-z][\w .:/-]{0,40}\|>|<｜[^｜\n]{1,40}｜>"
    r"|(?:</s>|<eos>|<EOT>|<end_of_turn>|<file_sep>|<fim_\w{1,10}>)[ \t]*$",
    re.MULTILINE,
)
_LEADING_TOKENS = re.compile(
    r"\s*+(?:(?:<s>|<bos>|<start_of_turn>(?:model)?|<\|(?:im_start|start_header_id|start|assistant)\|>(?:assistant)?"
    r"|<\|(?:end_header_id|begin_of_text|message|begin_of_solution|START_RESPONSE|CHATBOT_TOKEN)\|>)\s*+)++"
)

_PREFIX = r"(?:[ \t]*+(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*+[ \t]*+"
_FENCE = re.compile(rf"(?P<prefix>{_PREFIX})(?P<mark>`{{3,}}|~{{3,}})(?P<info>.*)", re.DOTALL)
_LATE_TAGS = frozenset({"python", "py", "python3"})
_TAG = re.compile(r"[ \t]*\{?\.?([A-Za-z][\w+#-]*)")
_MARKDOWN = frozenset({"markdown", "md", "gfm"})


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block: its lines without the fence's indentation, and the language it names, "" for none.

    ``info``: all that the opening fence says; ``above``: the line of text before it.
    """

    text: str
    tag: str
    closed: bool
    info: str = ""
    above: str = ""


def without_reasoning(text: str) -> tuple[str, tuple[str, ...]]:
    """The answer without what the model thought aloud, and notes.

    Reasoning that never ends swallows the rest of the text; before an end without a beginning all is
    reasoning (templates that put the opening tag into the prompt).
    """
    final = list(_FINAL_CHANNEL.finditer(text))
    if final:
        return text[final[-1].end() :], ("think",)
    if _BARE_ANALYSIS.match(text):
        _, found, answer = text.rpartition(_BARE_FINAL)
        return (answer, ("think",)) if found else ("", ("think", "unclosed_think"))
    kept: list[str] = []
    notes: list[str] = []
    leading = _LEADING_TOKENS.match(text)
    if leading:
        text = text[leading.end() :]
        notes.append("special_token")
    at, thinking = 0, False
    for tag in _REASONING.finditer(text):
        if tag["open"] and not thinking:
            kept.append(text[at : tag.start()])
            thinking = True
            notes.append("think")
        elif tag["close"]:
            if not thinking:
                kept.clear()
                notes.append("stray_think_end")
            at, thinking = tag.end(), False
    if thinking:
        notes.append("unclosed_think")
    else:
        kept.append(text[at:])
    return "".join(kept), tuple(dict.fromkeys(notes))


def without_tokens(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with ``\\n`` line ends, up to the first special token (``<|endoftext|>`` ...), and notes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    notes: tuple[str, ...] = ()
    leading = _LEADING_TOKENS.match(text)
    if leading:
        text, notes = text[leading.end() :], ("special_token",)
    found = _TOKEN.search(text)
    if found:
        text, notes = text[: found.start()], ("special_token",)
    return text, notes


def fences(text: str) -> list[Fence]:
    """All fenced blocks, in order: CommonMark's fences, and how models bend them.

    Beyond CommonMark: a fence inside any number of list items and quotes; a fence at the end of a line of
    prose when it names Python; a closing fence glued to the last line of code; an opening fence with a
    language ends a block that was left open; a block of Markdown is looked into.
    """
    found: list[Fence] = []
    block: _Open | None = None
    above = ""
    for line in text.split("\n"):
        mark = "```" in line or "~~~" in line
        if block is None:
            block = _opened(line) if mark else None
            if block is not None:
                block.above = above
            elif line.strip():
                above = line
        elif not mark:
            block.add(line)
        elif block.ended_by(line):
            found.append(block.done(closed=True))
            block, above = None, ""
        else:
            following = _opened(line) if not block.in_string else None
            if following is not None and following.tag:
                found.append(block.done(closed=False))
                block = following
            else:
                block.add(line)
    if block is not None:
        found.append(block.done(closed=False, end=""))
    return found


@dataclass(slots=True)
class _Open:
    """A block whose end has not been seen yet. ``width`` is the fence's indentation in columns."""

    mark: str
    tag: str
    width: int
    quoted: bool
    lines: list[str]
    info: str = ""
    above: str = ""
    in_string: str = ""

    def add(self, line: str) -> None:
        if self.quoted:
            line = re.sub(r"^[ \t]*> ?", "", line, count=1)
        self.lines.append(line)
        self.in_string = open_string(self.in_string, line)

    def ended_by(self, line: str) -> bool:
        stripped = line.strip(" \t>")
        if stripped and not stripped.strip(self.mark[0]):
            # Inside a triple-quoted string, and deeper than the block: the docstring's own fence.
            deeper = _columns(line) > self.width
            return len(stripped) >= len(self.mark) and not (deeper and self.in_string)
        glued = line.rstrip().endswith(self.mark) and line.count(self.mark) == 1 and not self.in_string
        if glued:
            self.add(line.rstrip().removesuffix(self.mark))
        return glued

    def done(self, *, closed: bool, end: str = "\n") -> Fence:
        lines = "\n".join(_unindented(line, self.width) for line in self.lines)
        return Fence(textwrap.dedent(lines + end), self.tag, closed, self.info, self.above)


def _opened(line: str) -> _Open | None:
    """The block that this line opens, if it does."""
    found = _FENCE.match(line)
    if found is None:
        tag = line.rpartition("```")[2].strip().lower()
        return _Open("```", tag, 0, False, []) if tag in _LATE_TAGS else None
    mark, info, prefix = found["mark"], found["info"], found["prefix"]
    if mark[0] == "`" and "`" in info:
        return None
    named = _TAG.match(info)
    tag = named[1].lower() if named else ""
    if tag in _MARKDOWN:
        return None
    return _Open(mark, tag, len(prefix.replace(">", "").expandtabs(4)), ">" in prefix, [], info.strip())


def _columns(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))


def _unindented(line: str, width: int) -> str:
    """The line without up to ``width`` columns of white space at its beginning."""
    at = 0
    while at < len(line) and width > 0 and line[at] in " \t":
        width -= 4 if line[at] == "\t" else 1
        at += 1
    return line[at:]
