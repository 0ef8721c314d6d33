"""The scripted provider as a fixture."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest
from provider_script import Script, handler


@pytest.fixture
def server() -> Iterator[Script]:
    script = Script()
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler(script))
    script.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield script
    http.shutdown()
    http.server_close()
    thread.join()
