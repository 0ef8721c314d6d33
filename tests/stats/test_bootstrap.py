from __future__ import annotations

import numpy as np
import pytest

from bench.stats import bootstrap_mean, bootstrap_product, ratio_of_means


def test_mean_worked_number() -> None:
    """1 to 100: 50.5 +- t * 2.9011, with t of 99 degrees of freedom."""
    assert bootstrap_mean(np.arange(1, 101)) == pytest.approx((50.5 - 5.76, 50.5 + 5.76), abs=0.15)


def test_a_mean_moves_and_scales_with_its_values() -> None:
    values = np.random.default_rng(1).exponential(1, 40)
    low, high = bootstrap_mean(values)
    assert bootstrap_mean(10 + 3 * values) == pytest.approx((10 + 3 * low, 10 + 3 * high))


def test_copies_in_a_cluster_are_drawn_together() -> None:
    values = np.random.default_rng(2).normal(0, 1, 40)
    once = bootstrap_mean(values)
    assert bootstrap_mean(np.repeat(values, 5), clusters=np.repeat(np.arange(40), 5)) == pytest.approx(once)


def test_clusters_of_unequal_size_hold_their_level() -> None:
    """200 sets of 30 families of 1 to 6 alike problems, seeded; drawn one by one they cover 70 %."""
    generator, hits, blind = np.random.default_rng(3), 0, 0
    for _ in range(200):
        sizes = generator.integers(1, 7, 30)
        family = np.repeat(np.arange(30), sizes)
        values = generator.normal(0, 1, 30)[family] + generator.normal(0, 0.3, family.size)
        low, high = bootstrap_mean(values, clusters=family, resamples=500)
        hits += low <= 0 <= high
        low, high = bootstrap_mean(values, resamples=500)
        blind += low <= 0 <= high
    assert hits >= 0.91 * 200
    assert blind < 0.8 * 200


def test_product_worked_number() -> None:
    assert bootstrap_product([[2, 4]] * 5, (1, -1)) == (0.5, 0.5, 0.5, 5)


def test_a_product_of_two_is_the_ratio_of_means() -> None:
    draws = np.random.default_rng(4)
    columns = np.stack([draws.random(80) + 0.5, draws.random(80)], axis=1)
    expected = ratio_of_means(columns[:, 0], columns[:, 1], paired=True)
    assert bootstrap_product(columns, (1, -1)) == pytest.approx(expected)


def test_the_inverse_of_a_product_has_the_inverse_ends() -> None:
    columns = np.random.default_rng(5).random((60, 4))
    found = bootstrap_product(columns, (1, -1, -1, 1))
    turned = bootstrap_product(columns, (-1, 1, 1, -1))
    assert (1 / turned.high, 1 / turned.low) == pytest.approx((found.low, found.high), rel=1e-3)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two"):
        bootstrap_mean([1.0])
    with pytest.raises(ValueError, match="at least two"):
        bootstrap_mean([1.0, 2.0], clusters=[3, 3])
    with pytest.raises(ValueError, match="no ratio"):
        bootstrap_product([[1, 0], [1, 0]], (1, -1))
    with pytest.raises(ValueError, match="2 powers for columns of shape"):
        bootstrap_product([[1, 2, 3]] * 2, (1, -1))
