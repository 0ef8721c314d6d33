"""The texts of every sample, packed in chunks that a page opens one by one; never more than one in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bench.report.listed import Line
from bench.report.packed import packed
from bench.report.parts import Parts, answer, question
from bench.report.story import Story
from bench.types import Json

CHUNK_CHARS = 400_000
"""A chunk ends with the problem that brings it over this, and with any sample at four times as much."""

Read = Callable[[Line], Story]


class Chunks:
    """The packed chunks, in the order of the lines; iterated once. ``starts`` then has where each begins."""

    def __init__(self, lines: Sequence[Line], read: Read) -> None:
        self.starts: list[int] = []
        self._lines = lines
        self._read = read

    def __iter__(self) -> Iterator[str]:
        chunk, problem = _Chunk(), ""
        for place, line in enumerate(self._lines):
            full = chunk.chars > CHUNK_CHARS and line.key.problem != problem
            if chunk.stories and (full or chunk.chars > 4 * CHUNK_CHARS):
                yield chunk.packed()
                chunk = _Chunk()
            if not chunk.stories:
                self.starts.append(place)
            story = self._read(line)
            chunk.add(question(story), answer(story))
            problem = line.key.problem
        if chunk.stories:
            yield chunk.packed()


class _Chunk:
    """What was asked stands in it once, however many answered."""

    def __init__(self) -> None:
        self.stories: list[Json] = []
        self.chars = 0
        self._questions: dict[str, int] = {}
        self._asked: list[Json] = []

    def add(self, asked: Parts, said: Parts) -> None:
        same = repr(asked)
        if same not in self._questions:
            self._questions[same] = len(self._asked)
            self._asked.append(list(asked))
            self.chars += len(same)
        self.stories.append({"question": self._questions[same], "parts": list(said)})
        self.chars += len(repr(said))

    def packed(self) -> str:
        return packed({"questions": self._asked, "stories": self.stories})
