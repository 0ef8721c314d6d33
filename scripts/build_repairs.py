#!/usr/bin/env python3
"""Makes repair problems from two consecutive releases of a package: recipes, and problems from recipes.

    build_repairs.py --find PACKAGE OLD NEW -o DIR    looks for faults that OLD had and NEW mended
    build_repairs.py --all -o DIR                     builds what tasks/pypi-repair/recipes describe

Of a package only source archives are fetched and read; nothing of it is run but in the sandbox. Recipes hold
no code of a package: they name versions, digests and lines. docs/repository-repair.md has the whole way.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import io
import json
import os
import re
import sys
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench import suites
from bench.assets import tasks_dir
from bench.datasets import digest
from bench.errors import BenchError, DataError
from bench.protocols import Sandbox, SandboxOptions
from bench.repo import bundle
from bench.repo.trees import read_tree
from bench.rows.project import FIELDS
from bench.sandbox.docker import make as make_sandbox
from bench.types import Checks, Execution, Job, Limits, Status

NAME = "pypi-repair"
RECIPES = tasks_dir() / NAME / "recipes"
LIMITS = Limits(cpu_s=60.0, wall_s=60.0)
NEW_API = re.compile(
    r"AttributeError|ImportError|ModuleNotFoundError|NameError|unexpected keyword"
    r"|not collected|it did not run"
)
"""How a test fails that asks for what the older release did not have: a feature, not a fault."""
MOST_HUNKS, MOST_LINES, MOST_TRIES = 6, 60, 45
LEFT_OUT = re.compile(
    r"(^|/)(docs?|examples?|benchmarks?|\.github|[^/]*\.egg-info|\.circleci)/"
    r"|\.(md|rst|in|lock|yml|yaml)$"
)

Hunk = dict[str, Any]


# --- the index ---


def index() -> str:
    """The index that pip is configured for, or its own default."""
    return (os.environ.get("PIP_INDEX_URL") or _default_index()).rstrip("/")


def _default_index() -> str:
    from pip._internal.models.index import PyPI

    return str(PyPI.simple_url)


def listed(package: str) -> list[dict[str, Any]]:
    """The files of a package, as the index's simple API has them."""
    reply = httpx.get(
        f"{index()}/{package}/",
        headers={"Accept": "application/vnd.pypi.simple.v1+json"},
        timeout=60,
        verify=_tls(),
    )
    reply.raise_for_status()
    found: list[dict[str, Any]] = reply.json()["files"]
    return found


def _tls() -> Any:
    import ssl

    return ssl.create_default_context()


def sdist(package: str, version: str, folder: Path, *, sha256: str = "") -> tuple[Path, dict[str, Any]]:
    """The source archive of a release, fetched once, and what the index says about it.

    Nothing is built: a build would run what the archive says. Raises DataError for another digest.
    """
    names = {f"{re.sub(r'[-_.]+', mark, package)}-{version}.tar.gz".lower() for mark in "-_."}
    kept = folder / "sdists" / f"{package}-{version}.tar.gz"
    about: dict[str, Any] = {}
    if not (kept.is_file() and sha256):
        about = next((one for one in listed(package) if one["filename"].lower() in names), {})
        if not about:
            raise DataError(f"{package} {version} has no source archive")
    if not kept.is_file():
        reply = httpx.get(about["url"], timeout=120, follow_redirects=True, verify=_tls())
        reply.raise_for_status()
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(reply.content)
    found = hashlib.sha256(kept.read_bytes()).hexdigest()
    if sha256 and found != sha256:
        kept.unlink()
        raise DataError(f"{package} {version}: sha256 {found} instead of {sha256}")
    return kept, about | {"sha256": found}


def licence(archive: Path) -> str:
    """What a release says of its licence."""
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name.count("/") == 1 and member.name.endswith("/PKG-INFO"):
                text = io.TextIOWrapper(tar.extractfile(member) or io.BytesIO(), "utf-8", "replace").read()
                for field in ("License-Expression", "Classifier: License :: OSI Approved ::", "License"):
                    for line in text.partition("\n\n")[0].splitlines():
                        if line.startswith(field) and line.partition(field)[2].strip(": "):
                            return line.partition(field)[2].strip(": ")[:80]
    return "unknown"


# --- trees and hunks ---


@dataclass(frozen=True, slots=True)
class Pair:
    """Sources of both releases, and the tests of the newer one."""

    old: Mapping[str, str]
    new: Mapping[str, str]
    tests: Mapping[str, str]

    def with_hunks(self, hunks: Sequence[Hunk]) -> dict[str, str]:
        """The old sources with some of the changes."""
        changed: dict[str, str] = {}
        for path in {hunk["file"] for hunk in hunks}:
            before, after = _lines(self.old.get(path, "")), _lines(self.new[path])
            result: list[str] = []
            at = 0
            for hunk in sorted((one for one in hunks if one["file"] == path), key=lambda one: one["old"]):
                (first, last), (start, end) = hunk["old"], hunk["new"]
                result += before[at:first] + after[start:end]
                at = last
            changed[path] = "".join(result + before[at:])
        return bundle.changed(self.old, changed)


def pair(old: Path, new: Path) -> Pair:
    trees = [{p: t for p, t in read_tree(path).items() if not LEFT_OUT.search(p)} for path in (old, new)]
    modules = [path for path in trees[1] if path.endswith(".py")]
    named = [path for path in modules if bundle.is_test(path, sources=(), tests=())]
    sources = [path for path in modules if path not in named]
    split = [
        {p: t for p, t in tree.items() if not bundle.is_test(p, sources=sources, tests=named)}
        for tree in trees
    ]
    return Pair(split[0], split[1], {p: t for p, t in trees[1].items() if p not in split[1]})


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def hunks_of(both: Pair) -> list[Hunk]:
    """All changes between the sources, by lines from 0."""
    found = []
    for path in sorted(both.new):
        if not path.endswith(".py") or both.old.get(path) == both.new[path] or path == "setup.py":
            continue
        before, after = _lines(both.old.get(path, "")), _lines(both.new[path])
        for kind, *lines in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind != "equal":
                first, last, start, end = lines
                found.append({"file": path, "old": [first, last], "new": [start, end]})
    return found


def hunk_digest(both: Pair, hunk: Hunk) -> str:
    before, after = _lines(both.old.get(hunk["file"], "")), _lines(both.new.get(hunk["file"], ""))
    text = "".join([*before[slice(*hunk["old"])], "\0", *after[slice(*hunk["new"])]])
    return hashlib.sha256(text.encode()).hexdigest()


def patch(both: Pair, hunks: Sequence[Hunk]) -> str:
    """A unified diff of some of the changes."""
    after = both.with_hunks(hunks)
    text = ""
    for path in sorted({hunk["file"] for hunk in hunks}):
        made = difflib.unified_diff(
            both.old.get(path, "").split("\n"), after[path].split("\n"), f"a/{path}", f"b/{path}", lineterm=""
        )
        text += "\n".join(made) + "\n"
    return text


# --- runs ---


def run(
    sandbox: Sandbox, sources: Mapping[str, str], both: Pair, groups: Mapping[str, Sequence[str]]
) -> Execution:
    checks = Checks(
        "project",
        "",
        setup="[]",
        tests=bundle.dumps(both.tests),
        inputs={name: json.dumps(list(tests)) for name, tests in groups.items()},
    )
    return sandbox.run(Job(bundle.dumps(sources), checks, LIMITS))


def survey(sandbox: Sandbox, sources: Mapping[str, str], both: Pair) -> dict[str, str]:
    """By test: why it failed, "" if it passed. Nothing where the tests could not be run."""
    seen = run(sandbox, sources, both, {})
    if seen.status is not Status.DONE:
        print(f"  {seen.status}: {seen.limit}{seen.error}", file=sys.stderr)
    return {group.name: "" if group.passed else group.failure or "failed" for group in seen.groups}


def holds(sandbox: Sandbox, sources: Mapping[str, str], both: Pair, tests: Sequence[str]) -> bool:
    """Whether all these tests were run, and passed."""
    seen = run(sandbox, sources, both, {"tests": tests})
    passed = {group.name: group.passed for group in seen.groups}
    return seen.status is Status.DONE and passed == {"tests": len(tests)}


def smallest(hunks: list[Hunk], enough: Callable[[list[Hunk]], bool]) -> list[Hunk]:
    """Delta debugging (Zeller's ddmin): as few changes as still are enough."""
    parts = 2
    while len(hunks) >= 2:
        size = max(len(hunks) // parts, 1)
        chunks = [hunks[i : i + size] for i in range(0, len(hunks), size)]
        for chunk in chunks:
            rest = [hunk for hunk in hunks if hunk not in chunk]
            if len(chunks) > 2 and enough(chunk):
                hunks, parts = chunk, 2
                break
            if rest and enough(rest):
                hunks, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(hunks))
    return hunks


# --- the two commands ---


def find(
    package: str, old: str, new: str, folder: Path, *, only: str = "", say: Callable[[str], None] = print
) -> list[Path]:
    """Recipes of the faults that ``old`` had and ``new`` mended; each still needs a report in words.

    ``only``: a pattern of the tests to begin from.
    """
    archives = [sdist(package, version, folder) for version in (old, new)]
    both = pair(archives[0][0], archives[1][0])
    hunks = hunks_of(both)
    sandbox = make_sandbox(SandboxOptions(slots=1, say=say))
    try:
        before, after = survey(sandbox, both.old, both), survey(sandbox, both.new, both)
        passing = {test for test, why in after.items() if not why}
        keep = sorted(test for test in passing if before.get(test) == "")
        broken = sorted(test for test in passing if before.get(test))
        say(f"{package} {old} -> {new}: {len(hunks)} hunks, {len(broken)} mended, {len(keep)} kept")
        targets = [test for test in broken if not NEW_API.search(before[test]) and re.search(only, test)]
        say("  " + "\n  ".join(f"{test}: {before[test].splitlines()[0][:120]}" for test in targets))
        found, covered = [], set[str]()
        if not keep:
            return []
        for target in targets:
            if target not in covered:
                needed = _isolated(sandbox, both, hunks, target, keep)
                size = sum(h["old"][1] - h["old"][0] + h["new"][1] - h["new"][0] for h in needed)
                say(f"  {target}: {len(needed)} hunks, {size} lines")
                if not needed or len(needed) > MOST_HUNKS or size > MOST_LINES:
                    continue
                mended = survey(sandbox, both.with_hunks(needed), both)
                fixed = [test for test in targets if mended.get(test) == ""]
                covered.update(fixed)
                kept = [test for test in keep if mended.get(test) == ""]
                found.append(_write(package, (old, new), archives, both, needed, fixed, kept, folder))
        return found
    finally:
        sandbox.close()


def _isolated(sandbox: Sandbox, both: Pair, hunks: list[Hunk], target: str, keep: list[str]) -> list[Hunk]:
    """The changes that one test needs, with all other tests kept; none where that takes too long."""
    tries = 0

    def enough(some: list[Hunk]) -> bool:
        nonlocal tries
        tries += 1
        if tries > MOST_TRIES:
            return False
        sources = both.with_hunks(some)
        return holds(sandbox, sources, both, [target]) and holds(sandbox, sources, both, keep)

    return smallest(list(hunks), enough) if enough(list(hunks)) else []


def _write(
    package: str,
    versions: tuple[str, str],
    archives: Sequence[tuple[Path, dict[str, Any]]],
    both: Pair,
    hunks: list[Hunk],
    fixed: list[str],
    kept: list[str],
    folder: Path,
) -> Path:
    short = re.sub(r"\W+", "_", fixed[0].rpartition("::")[2]).strip("_").lower().removeprefix("test_")[:40]
    recipe = {
        "id": f"{package}-{versions[1]}-{short}",
        "package": package,
        "versions": list(versions),
        "sha256": [about["sha256"] for _, about in archives],
        "uploaded": archives[1][1].get("upload-time", ""),
        "licence": licence(archives[1][0]),
        "hunks": [hunk | {"sha256": hunk_digest(both, hunk)} for hunk in hunks],
        "FAIL_TO_PASS": fixed,
        "PASS_TO_PASS": kept,
        "issue": "",
    }
    path = folder / "found" / f"{recipe['id']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(recipe, indent=1) + "\n", "utf-8")
    path.with_suffix(".diff").write_text(patch(both, hunks), "utf-8")
    return path


def build(recipes: Iterable[Path], folder: Path, say: Callable[[str], None] = print) -> list[dict[str, Any]]:
    """Rows of SWE-bench's format from recipes. Raises DataError where anything is not what a recipe says."""
    rows = []
    for path in sorted(recipes):
        recipe = json.loads(path.read_text("utf-8"))
        archives = [
            sdist(recipe["package"], version, folder, sha256=sha256)[0]
            for version, sha256 in zip(recipe["versions"], recipe["sha256"], strict=True)
        ]
        both = pair(archives[0], archives[1])
        for hunk in recipe["hunks"]:
            if hunk_digest(both, hunk) != hunk["sha256"]:
                raise DataError(f"{path.name}: the lines at {hunk['file']}:{hunk['old'][0] + 1} are others")
        rows.append(
            dict.fromkeys(FIELDS, "")
            | {
                "instance_id": recipe["id"],
                "repo": recipe["package"],
                "base_commit": recipe["versions"][0],
                "version": recipe["versions"][0],
                "patch": patch(both, recipe["hunks"]),
                "problem_statement": recipe["issue"],
                "FAIL_TO_PASS": recipe["FAIL_TO_PASS"],
                "PASS_TO_PASS": recipe["PASS_TO_PASS"],
                "files": {**both.old, **both.tests},
            }
        )
        say(f"built {recipe['id']}")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--find", nargs=3, metavar=("PACKAGE", "OLD", "NEW"), help="look for faults")
    parser.add_argument("--only", default="", metavar="PATTERN", help="with --find: tests to begin from")
    parser.add_argument("--all", action="store_true", help="build all problems that there are recipes of")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="where results go")
    asked = parser.parse_args()
    try:
        if asked.find:
            package, old, new = asked.find
            for path in find(package, old, new, asked.output, only=asked.only):
                print(path)
        elif asked.all:
            rows = build(RECIPES.glob("*.json"), asked.output)
            file = asked.output / f"{NAME}.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
            source = suites._source(suites._present(suites._read(tasks_dir() / NAME / "suite.toml")))
            print(f"{file}: {len(rows)} problems, sha256 {digest(rows, source)}")
        else:
            parser.error("--find or --all")
    except (BenchError, httpx.HTTPError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
