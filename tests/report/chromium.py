"""A real headless Chromium, driven over its DevTools pipe: no driver to install, no port to open."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WITHIN_S = 120.0


def found() -> str | None:
    """Where it is, if it is installed (Debian's package: ``chromium``)."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Page:
    """One tab. ``requests`` and ``complaints`` are what it asked for and what its console said so far."""

    def __init__(self, send: Callable[..., dict[str, Any]], events: list[dict[str, Any]]) -> None:
        self._send = send
        self._events = events

    def open(self, address: str) -> None:
        """From the start: with neither the state of an earlier page nor what that asked for or said."""
        self.start(address)
        self.until("document.readyState === 'complete'")

    def start(self, address: str) -> None:
        """The same without waiting until all of it is there."""
        self._send("Page.navigate", url="about:blank")
        self._events.clear()
        self._send("Page.navigate", url=address)

    def value(self, script: str) -> Any:
        """What an expression is in the page; promises are waited for."""
        answer = self._send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True,
            allowUnsafeEvalBlockedByCSP=False,
        )  # fmt: skip
        if "exceptionDetails" in answer:
            raise AssertionError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + _WITHIN_S
        while not self.value(f"Boolean({script})"):
            if time.monotonic() > end:
                raise AssertionError(f"not within {_WITHIN_S} s: {script}\n{self.complaints}")
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """A key that is really pressed: a letter, or a name such as Enter."""
        codes = {"Enter": 13, "Escape": 27}
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        code = codes.get(key, ord(key[0].upper()))
        for kind in ("keyDown", "keyUp"):
            more = text if kind == "keyDown" else {}
            self._send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more)

    def write(self, text: str) -> None:
        self._send("Input.insertText", text=text)

    def look(self, *, width: int = 1400, height: int = 1000, dark: bool = False) -> None:
        """The screen that the page is shown on."""
        self._send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
            mobile=width < 600,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._send("Emulation.setEmulatedMedia", features=[scheme])

    def shot(self, path: Path) -> None:
        """As it looks once all that was done to it is drawn."""
        self.value("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        data = self._send("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))

    @property
    def requests(self) -> list[str]:
        """Addresses that anything was loaded from."""
        self.value("1")
        sent = [one["params"] for one in self._events if one.get("method") == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]

    @property
    def complaints(self) -> list[str]:
        """What the console, the engine or the policy had to say; what opened a dialog or a window."""
        said = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        opened = ("Page.javascriptDialogOpening", "Page.windowOpen")
        self.value("1")
        return [json.dumps(one) for one in self._events if one.get("method") in (*said, *opened)]


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """A tab of a fresh browser, which keeps what it keeps in ``profile``; gone afterwards."""
    path = found()
    assert path is not None
    to_read, to_write = os.pipe(), os.pipe()
    # The browser reads its commands from descriptor 3 and answers on 4.
    arguments = [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
        f"--user-data-dir={profile}", "about:blank",
    ]  # fmt: skip
    ends = f"exec 3<&{to_write[0]} 4>&{to_read[1]}"
    command = ["bash", "-c", f'{ends}; exec "$0" "$@"', path, *arguments]
    process = subprocess.Popen(
        command, pass_fds=(to_write[0], to_read[1]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(to_write[0])
    os.close(to_read[1])
    try:
        with os.fdopen(to_read[0], "rb") as answers, os.fdopen(to_write[1], "wb", buffering=0) as commands:
            yield _tab(_Pipe(commands.write, answers.read1))
    finally:
        process.kill()
        process.wait()


class _Pipe:
    """Commands and answers are JSON, each with a NUL at its end; events come in between."""

    def __init__(self, write: Callable[[bytes], object], read: Callable[[int], bytes]) -> None:
        self._write, self._read = write, read
        self._numbers = itertools.count(1)
        self._rest = b""
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        self._write(json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = self._read(1 << 20)
            assert data, "the browser ended"
            self._rest += data
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)


def _tab(pipe: _Pipe) -> Page:
    target = pipe.call("Target.createTarget", url="about:blank")["targetId"]
    session = pipe.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def send(method: str, **params: Any) -> dict[str, Any]:
        return pipe.call(method, session, **params)

    for domain in ("Page", "Runtime", "Network", "Log"):
        send(f"{domain}.enable")
    return Page(send, pipe.events)
