"""The one HTTP client of all adapters: JSON out, JSON in, both verbatim; every failure a ProviderError.

It never retries (``bench.models.retry`` does), and no key leaves it: neither in an error nor in a repr.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryFile

import httpx

from bench import secrets
from bench.errors import Fault, ProviderError, UsageError
from bench.models import allowances, faults
from bench.types import Allowance, Json, Timing

CONNECT_S = 10.0
MAX_REPLY_BYTES = 64 * 2**20
"""More than any model writes; stops an endpoint that never ends."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON object a provider answered with."""

    json: dict[str, Json]
    raw: str
    raw_request: str
    request_id: str
    timing: Timing
    allowances: tuple[Allowance, ...] = ()

    def invalid(self, message: str) -> ProviderError:
        """The error to raise when what an adapter needs is not in the reply."""
        return ProviderError(Fault.INVALID_REPLY, message, raw_reply=self.raw)


@dataclass(frozen=True, slots=True)
class _Exchanged:
    status: int
    headers: httpx.Headers
    raw: str
    first_byte_at: float | None


class Client:
    """Speaks to one provider. Safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout_s: float,
        headers: Mapping[str, str] | None = None,
        key: str = "",
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._secrets = (key,) if key else ()
        self._hidden = self._secrets if len(key) >= secrets.SHORTEST else ()
        self._timeout_s = timeout_s
        self._http = httpx.Client(
            headers={"content-type": "application/json", **(headers or {})},
            timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
            # Who asks decides how many calls are in flight; one that waits in here would count as sent.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
            # Certificates take longer to load than all else here, and plain HTTP has none.
            verify=httpx.URL(base_url).scheme != "http",
            # A proxy of the environment is for the world outside, not for a server on this machine.
            trust_env=not _is_loopback(base_url),
        )

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    def close(self) -> None:
        self._http.close()

    def post(self, path: str, body: Mapping[str, Json]) -> Reply:
        """Post ``body`` and return the reply's JSON object. Raises ProviderError for anything else."""
        text = json.dumps(body)
        asked_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        start = time.perf_counter()
        got = self._exchange(path, text.encode(), deadline=time.monotonic() + self._timeout_s)
        timing = Timing(
            asked_at=asked_at,
            first_byte_s=None if got.first_byte_at is None else got.first_byte_at - start,
            total_s=time.perf_counter() - start,
        )
        if got.status != 200 or _tells_error(got.raw):
            raise faults.from_reply(got.status, got.raw, got.headers, secrets=self._secrets)
        raw = secrets.without_in_json(got.raw, self._hidden)
        request_id = got.headers.get("x-request-id") or got.headers.get("request-id") or ""
        return Reply(
            json_object(raw),
            raw=raw,
            raw_request=text,
            request_id=secrets.without(request_id, self._secrets),
            timing=timing,
            allowances=allowances.read(got.headers),
        )

    def get(self, path: str) -> dict[str, Json]:
        """The JSON object at a path, even one that tells of an error. Raises ProviderError."""
        return self._told("GET", path)

    def upload(self, path: str, fields: Mapping[str, str], *, name: str, data: bytes) -> dict[str, Json]:
        """Post a file as a form, and return the reply's JSON object. Raises ProviderError."""
        form = httpx.Request("POST", self.base_url, data=fields, files={"file": (name, data)})
        return self._told("POST", path, form.read(), content_type=form.headers["content-type"])

    def lines(self, path: str) -> Iterator[str]:
        """The lines of a file, however large. It is fetched whole first: who reads it may take hours."""
        with TemporaryFile() as file:
            with self._mapped(), self._http.stream("GET", self.base_url + path) as response:
                if response.status_code != 200:
                    raw = response.read().decode("utf-8", "replace")
                    raise faults.from_reply(
                        response.status_code, raw, response.headers, secrets=self._secrets
                    )
                for chunk in response.iter_bytes():
                    file.write(chunk)
            file.seek(0)
            for line in file:
                yield secrets.without_in_json(line.decode("utf-8", "replace"), self._hidden)

    def _told(
        self, method: str, path: str, content: bytes = b"", *, content_type: str = "application/json"
    ) -> dict[str, Json]:
        deadline = time.monotonic() + self._timeout_s
        got = self._exchange(path, content, deadline=deadline, method=method, content_type=content_type)
        if got.status != 200:
            raise faults.from_reply(got.status, got.raw, got.headers, secrets=self._secrets)
        return json_object(secrets.without_in_json(got.raw, self._hidden))

    def _exchange(
        self,
        path: str,
        content: bytes,
        *,
        deadline: float,
        method: str = "POST",
        content_type: str = "application/json",
    ) -> _Exchanged:
        """One exchange, whole: the deadline also ends a reply that trickles for ever."""
        headers = {"content-type": content_type}
        with (
            self._mapped(),
            self._http.stream(method, self.base_url + path, content=content, headers=headers) as response,
        ):
            chunks: list[bytes] = []
            size = 0
            first_byte_at = None
            for chunk in response.iter_bytes():
                if first_byte_at is None and chunk.strip():  # blank lines only keep a connection alive
                    first_byte_at = time.perf_counter()
                chunks.append(chunk)
                size += len(chunk)
                if time.monotonic() > deadline:
                    raise ProviderError(Fault.TIMEOUT, f"no whole reply within {self._timeout_s:g} s")
                if size > MAX_REPLY_BYTES:
                    raise ProviderError(Fault.INVALID_REPLY, f"a reply of more than {MAX_REPLY_BYTES} bytes")
            raw = b"".join(chunks).decode("utf-8", "replace")
            return _Exchanged(response.status_code, response.headers, raw, first_byte_at)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        """Whatever fails on the way is a ProviderError."""
        try:
            yield
        except httpx.TimeoutException as error:
            message = f"no reply from {self.base_url} in time: {type(error).__name__}"
            unsent = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
            raise ProviderError(Fault.TIMEOUT, message, unsent=unsent) from None
        except httpx.DecodingError:
            raise ProviderError(Fault.INVALID_REPLY, "the reply cannot be decompressed") from None
        except httpx.RequestError as error:
            # The cause is left out: libraries put whole headers, the key among them, into their errors.
            detail = secrets.without(str(error), self._secrets) or type(error).__name__
            unsent = isinstance(error, httpx.ConnectError)
            raise ProviderError(Fault.TRANSPORT, f"{self.base_url}: {detail}", unsent=unsent) from None


def json_object(raw: str) -> dict[str, Json]:
    """The JSON object of a reply; blank lines that keep a connection alive may stand before it."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ProviderError(Fault.INVALID_REPLY, f"the reply is not JSON: {error}", raw_reply=raw) from None
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise ProviderError(Fault.INVALID_REPLY, f"the reply is {kind}, not an object", raw_reply=raw)
    return value


def text_of(value: Json) -> str:
    """A field that should hold text; an absent or odd one is empty."""
    return value if isinstance(value, str) else ""


def count_of(value: Json) -> int | None:
    """A field that should hold a number of tokens; an absent or odd one is unknown."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def required_name(name: str, provider: str) -> str:
    """What stands behind ``provider/``; UsageError when nothing does."""
    if not name:
        raise UsageError(f"{provider}/ names no model", hint=f"Write {provider}/NAME.")
    return name


def api_key(environ: Mapping[str, str], variable: str) -> str:
    """The key of that name. Raises UsageError, which never shows it, when it is missing or malformed."""
    key = environ.get(variable, "").strip()
    if not key:
        raise UsageError(
            f"{variable} is not set", hint=f"export {variable}=... or put it into a file .env here."
        )
    return checked_key(key, variable)


def checked_key(key: str, variable: str) -> str:
    """The key if it can stand in a header: with a stray line break it would end up in an error text."""
    if not key.isascii() or not key.isprintable() or " " in key:
        raise UsageError(f"{variable} holds characters that no key has", hint="Copy the key again.")
    return key


def checked_url(url: str, origin: str) -> str:
    """An http(s) address without a trailing slash. One with a password in it would end up in every record."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UsageError(f"{origin}: not an address: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise UsageError(f"{origin}: {url!r} is not an address", hint="For example http://127.0.0.1:8000/v1.")
    if parsed.userinfo or parsed.query or parsed.fragment:
        hint = "Keys belong in the environment; give the plain address."
        raise UsageError(f"{origin}: the address must hold no user, query or fragment", hint=hint)
    return url.rstrip("/")


def _is_loopback(url: str) -> bool:
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tells_error(raw: str) -> bool:
    return '"error"' in raw and faults.error_object(raw) is not None
