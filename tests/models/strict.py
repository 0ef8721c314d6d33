"""A real HTTP server on this machine that speaks a vendor's protocol as strictly as the vendor does.

A vendor is a function from what came to what is answered; the tests of each vendor write their own.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Came:
    """A request as it came. ``json`` is None where the body is none."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Given:
    """An answer: a JSON value, or a text as it is."""

    status: int
    body: object = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Vendor = Callable[[Came], Given]


@contextmanager
def serving(vendor: Vendor) -> Iterator[str]:
    """The address of a server that answers with what ``vendor`` returns."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(vendor))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}"
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            given = vendor(Came(self.command, self.path, headers, self.rfile.read(length)))
            text = given.body if isinstance(given.body, str) else json.dumps(given.body)
            data = text.encode()
            self.send_response(given.status)
            for name, value in {"content-type": "application/json", **given.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
