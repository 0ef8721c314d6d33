"""A server of Chat Completions that answers at once, with a limit of rate if one is asked for.

Usage: python benchmarks/quick_server.py [--kind fixed|bucket|rolling] [--limit 1200] [--window 60]
       [--tell headers|retry-after] [--latency 0.05]
Prints its port. GET / tells how many requests it took and refused, and when each second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import time
from collections import Counter, deque

_ANSWER = '''The function walks over the numbers once and keeps the two largest seen so far.

```python
def f(x):
    """Give x back, whatever it is."""
    largest, second = None, None
    for number in x if isinstance(x, list) else [x]:
        if largest is None or number > largest:
            largest, second = number, largest
        elif second is None or number > second:
            second = number
    return x
```

It takes linear time and constant space.'''
_REPLY = json.dumps(
    {
        "id": "chatcmpl-1",
        "model": "quick-2026",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": _ANSWER,
                },
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 120, "completion_tokens": 180},
    }
).encode()
_REFUSAL = json.dumps({"error": {"message": "slow down", "type": "rate_limit_error"}}).encode()
_REASONS = {200: "OK", 429: "Too Many Requests"}


class Limit:
    """Takes a request or not; says what remains, in what time it is whole, and when the next is taken."""

    def __init__(self, kind: str, limit: int, window_s: float) -> None:
        self.limit = limit
        self._kind, self._window_s = kind, window_s
        self._began = time.monotonic()
        self._times: deque[float] = deque()
        self._window = -1
        self._level = float(limit) if kind == "bucket" else 0.0
        self._at = self._began

    def take(self) -> tuple[bool, int, float, float]:
        now = time.monotonic()
        return getattr(self, f"_{self._kind}")(now)  # type: ignore[no-any-return]

    def _fixed(self, now: float) -> tuple[bool, int, float, float]:
        window = int((now - self._began) // self._window_s)
        if window != self._window:
            self._window, self._level = window, 0.0
        end = self._began + (window + 1) * self._window_s - now
        taken = self._level < self.limit
        self._level += taken
        return taken, int(self.limit - self._level), end, end

    def _bucket(self, now: float) -> tuple[bool, int, float, float]:
        per_s = self.limit / self._window_s
        self._level = min(float(self.limit), self._level + (now - self._at) * per_s)
        self._at = now
        taken = self._level >= 1
        self._level -= taken
        return taken, int(self._level), (self.limit - self._level) / per_s, max(0.0, 1 - self._level) / per_s

    def _rolling(self, now: float) -> tuple[bool, int, float, float]:
        while self._times and self._times[0] <= now - self._window_s:
            self._times.popleft()
        taken = len(self._times) < self.limit
        if taken:
            self._times.append(now)
        oldest = self._times[0] + self._window_s - now
        return taken, self.limit - len(self._times), oldest, oldest


class Quick(asyncio.Protocol):
    """One connection."""

    def __init__(self, limit: Limit | None, *, headers: bool, latency_s: float, seen: Counter[str]) -> None:
        self._limit = limit
        self._headers = headers
        self._latency_s = latency_s
        self._seen = seen
        self._bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        head, end, rest = self._bytes.partition(b"\r\n\r\n")
        if not end:
            return
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        if len(rest) < length:
            return
        self._bytes = rest[length:]
        if head.startswith(b"GET"):
            self._send(200, json.dumps(self._seen).encode(), [])
        else:
            self._answer()

    def _answer(self) -> None:
        if self._limit is None:
            taken, headers = True, []
        else:
            taken, left, whole, missing = self._limit.take()
            headers = []
            if self._headers:
                headers = [
                    f"x-ratelimit-limit-requests: {self._limit.limit}",
                    f"x-ratelimit-remaining-requests: {left}",
                    f"x-ratelimit-reset-requests: {whole:.3f}s",
                ]
            elif not taken:
                headers = [f"retry-after: {math.ceil(missing)}"]
            self._seen[f"{'taken' if taken else 'refused'} {int(time.monotonic() * 10)}"] += 1
        self._seen["taken" if taken else "refused"] += 1
        if taken and self._latency_s:
            loop = asyncio.get_running_loop()
            loop.call_later(self._latency_s, self._send, 200, _REPLY, headers)
        else:
            self._send(200 if taken else 429, _REPLY if taken else _REFUSAL, headers)

    def _send(self, status: int, body: bytes, headers: list[str]) -> None:
        lines = [
            f"HTTP/1.1 {status} {_REASONS[status]}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            *headers,
        ]
        self._transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


async def serve(asked: argparse.Namespace) -> None:
    limit = Limit(asked.kind, asked.limit, asked.window) if asked.kind else None
    seen: Counter[str] = Counter()
    headers = asked.tell == "headers"

    def connection() -> Quick:
        return Quick(limit, headers=headers, latency_s=asked.latency, seen=seen)

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> int:
    parser = argparse.ArgumentParser(description="A server that answers at once.")
    parser.add_argument("--kind", choices=("fixed", "bucket", "rolling"))
    parser.add_argument("--limit", type=int, default=1200)
    parser.add_argument("--window", type=float, default=60.0)
    parser.add_argument("--tell", choices=("headers", "retry-after"), default="headers")
    parser.add_argument("--latency", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
