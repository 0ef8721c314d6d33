"""Claim files: what they may hold, and that every error names its line and a way out."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest
from claim_runs import HEAD, OTHER, SUBJECT, TOY

from bench.claims.claim import Reading, amount, claimed
from bench.claims.files import find, parse, paths, read
from bench.claims.lines import line_of
from bench.errors import UsageError

GOOD = f'{HEAD}metric = "pass@1"\nrelation = ">="\nthreshold = 0.5\n{SUBJECT}{TOY}'
PAIR = f"""{HEAD}metric = "pass@1"
{SUBJECT}{OTHER}{TOY}
[[readings]]
name = "points"
relation = "difference"
threshold = 0.15

[[readings]]
name = "relative"
relation = "ratio"
threshold = 1.15
"""


def test_a_claim_is_read_with_its_defaults() -> None:
    claim = parse(GOOD, Path("some/where.toml"))
    assert (claim.id, claim.date, claim.subject.models) == ("where", "2026-01-15", ("vendor/m*",))
    (reading,) = claim.readings
    assert (reading.metric, reading.relation, reading.threshold) == ("pass@1", ">=", 0.5)
    assert (claim.conditions.epochs, claim.conditions.turns, claim.conditions.tools) == (5, 1, False)
    assert claim.population is not None
    assert (claim.population.about, claim.population.errata) == ("alike", False)


def test_readings_have_the_metric_of_the_claim_or_their_own() -> None:
    own = PAIR.replace('name = "relative"', 'name = "relative"\nmetric = "cost"')
    assert [one.metric for one in parse(own, Path("c.toml")).readings] == ["pass@1", "cost"]
    assert [one.name for one in parse(PAIR, Path("c.toml")).readings] == ["points", "relative"]


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "hint"),
    [
        ("0.5", "61.6", 8, "61.6 is no share", "0.616"),
        ('">="', '">"', 7, "invalid enum value '>'", "approximately"),
        ('">="', '"approximately"', 7, "within how much", "tolerance"),
        ('">="', '"difference"', 7, "needs a comparator", "[comparator]"),
        ("relation", "relaton", 7, "unknown field `relaton`", "'relation'"),
        ("threshold = 0.5", 'threshold = "x"', 8, "`threshold`: expected `float`", "docs/claims.md"),
        ("threshold = 0.5", "threshold = 0.5\ntolerance = -1", 9, "not negative", "how far off"),
        ("threshold = 0.5", 'threshold = 0.5\nsense = "<="', 9, "does not belong", "direction of its own"),
        ("threshold = 0.5", 'threshold = 0.5\nclock = "usd"', 9, "no clock", "speed"),
        ("threshold = 0.5", "", 1, "`threshold` is missing", "docs/claims.md"),
        ("pass@1", "pass@l", 6, "nothing here measures 'pass@l'", "[not_testable]"),
        ("pass@1", "speed", 7, "no relation for speed", "ratio"),
        ("2026-01-15", '"Jan 2026"', 4, "no date", "2026-01-31"),
        ("2026-01-15", "2999-01-15", 4, "yet to come", "published"),
        ("threshold = 0.5", "threshold = -0.5", 8, "a share is not negative", "0 to 1"),
        ("threshold = 0.5", "threshold = 0.5\nthreshold = 0.6", 9, "stands in the file twice", "Leave one"),
        ("threshold = 0.5", "threshold = inf", 8, "not a finite number", "that was claimed"),
        ("threshold = 0.5", "threshold = 0.5\ntolerance = 5.0", 9, "5 is no share", "5 points are 0.05"),
        ('suite = "toy"', 'suite = " "', 15, "`suite` is empty", "bench suites"),
        (TOY, TOY + "\n[conditions]\nepochs = 1000000000\n", 18, "too many", "1,000 at most"),
        (TOY, TOY + "\n[conditions]\nturns = 51\n", 18, "too many", "50 at most"),
        (TOY, TOY + "\n[conditions]\ntemperature = -1.0\n", 18, "not negative", "from 0 on"),
        (TOY, TOY + "\nx = " + "[" * 5000, 1, "too deep", "No field"),
        ("2026-01-15", '"2026-13"', 4, "no date", "2026-01"),
        ('"a paper"', '" "', 3, "`source` is empty", "no source"),
        ('by = "its authors"\n', "", 1, "`by` is missing", "docs/claims.md"),
        ("[subject]", "[subject", 10, "", "Mend the TOML"),
        ('suite = "toy"', 'siute = "toy"', 15, "unknown field `siute`", "'suite'"),
        ('["vendor/m*"]', '[\n"a",\n3]', 12, "expected `str`, got `int`", "docs/claims.md"),
        (TOY, "\n[conditions]\nepochs = 1\n", 1, "[population] is missing", "[not_testable]"),
        (TOY, TOY + '\n[conditions]\neffort = "huge"\n', 18, "unknown effort 'huge'", "high"),
        (TOY, TOY + "\n[conditions]\nturns = 0\n", 18, "less than 1", "from 1 on"),
        (
            TOY,
            TOY + '[[readings]]\nrelation = ">="\n',
            7,
            "stands beside [[readings]]",
            "each of the readings",
        ),
        (TOY, TOY + 'about = "those"\n', 16, "`population.about`", "alike, these"),
        ("title", 'id = "x"\ntitle', 1, "unknown field `id`", "as its file is"),
    ],
)
def test_an_error_names_the_line_and_the_way_out(old: str, new: str, line: int, what: str, hint: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(UsageError) as raised:
        parse(text, Path("c.toml"))
    assert raised.value.message.startswith(f"c.toml, line {line}: ")
    assert what in raised.value.message
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('"relative"', '"points"', 19, "several readings need a `name` each"),
        ("1.15", "0", 27, "a ratio is above 0"),
        ("1.15", '"much"', 27, "`readings.1.threshold`: expected `float`"),
        ('"ratio"', '"times"', 26, "invalid enum value 'times'"),
        ("threshold = 0.15\n", "", 19, "`threshold` is missing in [readings]"),
        ('metric = "pass@1"', 'metric = "speed"', 21, "no relation for speed"),
    ],
)
def test_an_error_in_one_of_several_readings_names_its_own_line(
    old: str, new: str, line: int, what: str
) -> None:
    with pytest.raises(UsageError) as raised:
        parse(PAIR.replace(old, new, 1), Path("c.toml"))
    assert raised.value.message.startswith(f"c.toml, line {line}: ")
    assert what in raised.value.message


@pytest.mark.parametrize(
    "points", ["[[1500, 0.5]]", "[[1500, 0.5], [1400, 0.6]]", "[[1500, 0.5], [1900, 1.2]]"]
)
def test_a_percentile_needs_a_distribution_that_rises(points: str) -> None:
    text = GOOD.replace("pass@1", "percentile")
    with pytest.raises(UsageError, match="a percentile of whom"):
        parse(text, Path("c.toml"))
    people = f'\n[distribution]\nsource = "s"\ndate = 2024\npoints = {points}\n'
    with pytest.raises(UsageError, match=r"line 19: `distribution.date`|line 20: `points`"):
        parse(text + people, Path("c.toml"))
    with pytest.raises(UsageError, match="line 20: `points` is no distribution"):
        parse(text + people.replace("2024", '"2024"'), Path("c.toml"))


def test_a_claim_without_a_number_says_why_it_is_not_testable() -> None:
    text = f'{HEAD}metric = "kindness"\n{SUBJECT}\n[not_testable]\nreason = "no number"\nneeds = "a number"\n'
    assert parse(text, Path("c.toml")).readings == ()


def test_files_that_cannot_be_read_are_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'title = "x"\nby = "\xe9"')
    with pytest.raises(UsageError, match=r"latin\.toml, line 2: the byte 0xe9 is no text in UTF-8"):
        read(tmp_path / "latin.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="is a folder"):
        find(tmp_path)
    with pytest.raises(UsageError, match="no claim file") as raised:
        find("qwen2.5-coder-0.5b-humanevl")
    assert "'qwen2.5-coder-0.5b-humaneval'" in raised.value.hint


def test_our_own_claims_are_found_by_name_and_read() -> None:
    names = [path.stem for path in paths()]
    assert len(names) >= 19
    for name in names:
        claim = read(find(name))
        assert claim.id == name
        assert len(claim.source) > 10


def test_lines_are_found_in_every_form_of_toml() -> None:
    text = "\n".join(
        [
            "a = 1",  # 1
            'b.c = """',
            "a = 2",
            'x = [1"""',
            "d = [",  # 5
            '  "]", # ] = "',
            "  [1, 2],",
            "]",
            "[t]",
            '"q k" = "a # b"',  # 10
            "[[l]]",
            "k = 1",
            "[[l]]",
            "k = {z = 1}",
            "[t.u]",  # 15
            "v = 1",
        ]
    )
    places = {
        ("a",): 1,
        ("b", "c"): 2,
        ("d",): 5,
        ("d", 1): 5,
        ("t", "q k"): 10,
        ("l", 0, "k"): 12,
        ("l", 1, "k"): 14,
        ("l", 1, "k", "z"): 14,
        ("l", 1, "none"): 13,
        ("t", "u", "v"): 16,
        ("none",): 1,
    }
    assert {path: line_of(text, path) for path in places} == places


@pytest.mark.parametrize(
    ("reading", "region", "words"),
    [
        (Reading(">=", 0.5, metric="pass@1", tolerance=0.03), (0.47, inf), "at least 47.0 %"),
        (Reading("<=", 0.5, metric="pass@1"), (-inf, 0.5), "at most 50.0 %"),
        (Reading("approximately", 0.5, metric="pass@1", tolerance=0.1), (0.4, 0.6), "from 40.0 % to 60.0 %"),
        (Reading("difference", 0.15, metric="pass@1"), (0.15, inf), "at least +15.0 points"),
        (Reading("ratio", 2.0, metric="speed", tolerance=0.1), (1.8, inf), "at least 1.80 times"),
        (Reading("ratio", 0.6, metric="cost", sense="<="), (-inf, 0.6), "at most 0.60 times"),
        (
            Reading("ratio", 1.0, metric="pass@1", sense="approximately", tolerance=0.1),
            (0.9, 1.1),
            "from 0.90 times to 1.10 times",
        ),
        (Reading(">=", 2441, metric="rating", tolerance=100), (2341, inf), "at least 2,341"),
    ],
)
def test_what_a_reading_allows(reading: Reading, region: tuple[float, float], words: str) -> None:
    assert reading.region == pytest.approx(region)
    assert claimed(reading) == words


def test_amounts_are_said_in_their_unit() -> None:
    assert amount(0.616, "share") == "61.6 %"
    assert amount(-0.15, "share", signed=True) == "-15.0 points"
    assert amount(inf, "times") == "any"
