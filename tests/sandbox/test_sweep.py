"""What the sweep after a sample takes for its doing, and what not."""

from __future__ import annotations

import pytest

from bench.sandbox.guest import sweep


@pytest.mark.parametrize(
    ("tcp", "found"),
    [
        ("inuse 0 orphan 0 tw 0 alloc 9 mem 2", False),
        ("inuse 1 orphan 0 tw 0 alloc 9 mem 2", True),
        ("inuse 0 orphan 0 tw 3 alloc 9 mem 2", True),
        ("inuse 0 orphan 5 tw 0 alloc 9 mem 2", False),
    ],
)
def test_connections_of_the_machine_are_not_a_samples(tcp: str, found: bool) -> None:
    """Closing connections of a run's own requests counted: guest after guest was given up for them."""
    assert sweep.has_connections(f"sockets: used 12\nTCP: {tcp}\nUDP: inuse 0 mem 0\n") is found
