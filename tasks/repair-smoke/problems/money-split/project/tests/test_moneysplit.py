import pytest
from moneysplit import balances, format_cents, parse_cents, settle, shares


@pytest.mark.parametrize(
    ("text", "cents"),
    [("12", 1200), ("12.5", 1250), ("0.05", 5), (".5", 50), ("-3", -300), ("-3.20", -320)],
)
def test_an_amount(text, cents):
    assert parse_cents(text) == cents


@pytest.mark.parametrize(("text", "cents"), [("-0.05", -5), ("-.5", -50), ("-0", 0)])
def test_a_small_negative_amount(text, cents):
    assert parse_cents(text) == cents


@pytest.mark.parametrize("text", ["", "x", "1.234", "1,5", "--1", "1-", "-"])
def test_what_is_no_amount(text):
    with pytest.raises(ValueError):
        parse_cents(text)


@pytest.mark.parametrize("cents", [-1234, -5, 0, 7, 100, 99999])
def test_an_amount_comes_back(cents):
    assert parse_cents(format_cents(cents)) == cents


def test_shares_add_up():
    assert shares(1000, 3) == [334, 333, 333]
    assert sum(shares(101, 7)) == 101


def test_balances_add_up_to_nothing():
    total = balances([("Ada", 1000, ["Ada", "Bo", "Cy"]), ("Bo", 50, ["Cy"])])
    assert total == {"Ada": 666, "Bo": -283, "Cy": -383}
    assert sum(total.values()) == 0


def test_payments_even_out():
    total = {"Ada": 666, "Bo": -283, "Cy": -383}
    assert settle(total) == [("Cy", "Ada", 383), ("Bo", "Ada", 283)]
    assert settle({}) == []
