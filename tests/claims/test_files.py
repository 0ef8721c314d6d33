"""Claim files: what they may hold, and that every error names its line and a way out."""

from __future__ import annotations

import re
from math import inf
from pathlib import Path

import pytest
from claim_runs import HEAD, OTHER, SUBJECT, TOY
from hypothesis import given
from hypothesis import strategies as st

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
        (TOY, TOY + "\n[conditions]\ntemperature = -1.0\n", 18, "`temperature`: -1 is none", "from 0 on"),
        (TOY, TOY + "\n[conditions]\ntemperature = nan\n", 18, "`temperature`: nan is none", "from 0 on"),
        ('["vendor/m*"]', "[]", 12, "`models` is empty", "--subject"),
        (TOY, OTHER.replace('"N"', '"m "') + TOY, 15, "'m ' is compared with itself", "tells the two apart"),
        (TOY, OTHER + TOY, 14, "no reading compares", "Leave [comparator] out"),
        (TOY, TOY + "only = []\n", 16, "`only` names no problem", "leave it out"),
        (TOY, TOY + 'without = ["p1", " "]\n', 16, "`without` names no problem", "leave it out"),
        (TOY, TOY + '[not_testable]\nreason = "r"\nneeds = ""\n', 18, "`needs` is empty", "Say it"),
        (TOY, TOY + "suits.more = 1\n", 16, "unknown field `suits`", "'suite'"),
        (
            "[population]",
            "[[population]]",
            14,
            "`population`: expected `table`, got `array`",
            "docs/claims.md",
        ),
        (SUBJECT, 'subject = "M"\n', 9, "`subject`: expected `table`, got `str`", "docs/claims.md"),
        ("2026-01-15", "2026-02-31", 4, "Invalid date", "2026-01-31"),
        ("2026-01-15", "2026", 4, "`date`: expected `str`, got `int`", "2026-01-31"),
        ("2026-01-15", "2026-01-15T10:00:00Z", 4, "is no date", "2026-01-31"),
        ("2026-01-15", '"２０２６"', 4, "is no date", "2026-01-31"),
        ("0.5", "1" + "0" * 5000, 8, "too many digits", "that was claimed"),
        ("0.5", "0,5", 8, "Expected newline", "Mend the TOML"),
        ('"a paper"', '"a paper', 3, "a string is not closed on its line", "Mend the TOML"),
        ('"a paper"', '"""a paper', 3, "the string that begins here is never closed", "Close it"),
        ('["vendor/m*"]', '["vendor/m*"', 12, "the array that begins here is never closed", "Close it"),
        (GOOD, "", 1, "no claim stands in this file", "docs/claims.md"),
        (GOOD, "# later\n", 1, "no claim stands in this file", "docs/claims.md"),
        (GOOD, '{"title": "M"}', 1, "Invalid statement", "Mend the TOML"),
        (TOY, TOY + "x" + ".x" * 5000 + " = 1", 1, "too deep", "No field"),
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
    for ends in ("\n", "\r\n"):
        with pytest.raises(UsageError) as raised:
            parse(text.replace("\n", ends), Path("c.toml"))
        assert raised.value.message.startswith(f"c.toml, line {line}: ")
        assert what in raised.value.message
        assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("text", "line", "what", "hint"),
    [
        (
            GOOD + SUBJECT,
            17,
            "`[subject]` stands in the file twice, first on line 10",
            "under one of the two",
        ),
        (
            'subject.name = "N"\n' + GOOD,
            11,
            "`[subject]` cannot stand beside `subject.name` on line 1",
            "one",
        ),
        ("subject = {}\n" + GOOD, 11, "`[subject]` stands in the file twice, first on line 1", "one"),
        (
            "[readings]\n" + GOOD.split("metric")[0] + "[[readings]]",
            7,
            "`[[readings]]` cannot stand beside `[readings]` on line 1",
            "[[readings]]",
        ),
        (GOOD + 'suite.name = "x"\n', 16, "`suite.name` cannot stand beside `suite` on line 15", "Leave one"),
        (GOOD + '"suite" = "x"\n', 16, '`"suite"` stands in the file twice, first on line 15', "Leave one"),
        (
            GOOD + "only = [\n1]\nonly = [\n\n2]\n",
            18,
            "`only` stands in the file twice, first on line 16",
            "",
        ),
        (PAIR + "threshold = 2\n", 28, "`threshold` stands in the file twice, first on line 27", "Leave one"),
        (
            PAIR + "[readings]\n",
            28,
            "`[readings]` cannot stand beside `[[readings]]` on line 19",
            "[[readings]]",
        ),
        (
            "readings = []\n" + PAIR,
            20,
            "`[[readings]]` cannot stand beside `readings` on line 1",
            "[[readings]]",
        ),
        (
            GOOD + "[conditions]\n[conditions]\nturns = ",
            17,
            "stands in the file twice, first on line 16",
            "one",
        ),
        ('subject = {name = "M", name = "N"}', 1, "`name` stands twice in one inline table", "Leave one"),
        (GOOD + "x = {y = 1, y.z = 2}\n", 16, "what this line names stands in the file twice", "Leave one"),
        ("subject = {name = 1, name.x = 2}", 1, "stands in the file twice", "Leave one"),
    ],
)
def test_what_is_told_twice_is_named_with_both_lines(text: str, line: int, what: str, hint: str) -> None:
    """``tomllib`` calls it an immutable namespace, an overwritten value, or ('subject',)."""
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
    "points",
    [
        "[[1500, 0.5]]",
        "[[1500, 0.5], [1400, 0.6]]",
        "[[1500, 0.5], [1900, 1.2]]",
        "[[1500, 0.5], [inf, 0.9]]",
    ],
)
def test_a_percentile_needs_a_distribution_that_rises(points: str) -> None:
    text = GOOD.replace("pass@1", "percentile")
    with pytest.raises(UsageError, match="a percentile of whom"):
        parse(text, Path("c.toml"))
    people = f'\n[distribution]\nsource = "s"\ndate = 2024\npoints = {points}\n'
    with pytest.raises(UsageError, match=r"line 19: `distribution.date`|line 20: `points`"):
        parse(text + people, Path("c.toml"))
    people = people.replace("2024", '"2024"')
    with pytest.raises(UsageError, match="line 20: `points` is no distribution"):
        parse(text + people, Path("c.toml"))
    with pytest.raises(UsageError, match="line 18: `source` is empty"):
        parse(text + people.replace('"s"', '""'), Path("c.toml"))
    with pytest.raises(UsageError, match="line 21: `published_rating` is not a finite number"):
        parse(f"{text}{people}published_rating = nan\n", Path("c.toml"))


@pytest.mark.parametrize("budget", ["nan", "inf", "0", "-1.5"])
def test_a_budget_is_a_number_up_to_which_a_clock_runs(budget: str) -> None:
    race = PAIR.replace("pass@1", "speed").split("[[readings]]")[0]
    reading = f'[[readings]]\nrelation = "ratio"\nthreshold = 2\nclock = "usd"\nbudget = {budget}\n'
    with pytest.raises(UsageError, match=r"line 23: `budget`: .* is no finite number above 0"):
        parse(race + reading, Path("c.toml"))


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


PARTS = (*PAIR.splitlines(keepends=True), "[subject]", "[[readings]]\n", "[conditions]\nturns = ", "only = [")
BROKEN = st.text(alphabet="\"'[]{}=.,#\\\n\r\t\0 a1-_é\ufeff", max_size=4)


@given(st.lists(st.tuples(st.integers(0, 30), st.one_of(st.sampled_from(PARTS), BROKEN)), max_size=5))
def test_whatever_a_file_holds_it_is_a_claim_or_an_error_with_its_line(edits: list[tuple[int, str]]) -> None:
    """Lines of a claim are overwritten by others, or by anything: never a traceback, nor a line too far."""
    lines = PAIR.splitlines(keepends=True)
    for at, text in edits:
        lines[at : at + 1] = [text]
    text = "".join(lines)
    raised = None
    try:
        parse(text, Path("c.toml"))
    except UsageError as error:
        raised = error
    if raised is not None:
        found = re.match(r"c\.toml, line (\d+): .", raised.message)
        assert found is not None
        assert 1 <= int(found[1]) <= text.count("\n") + 1
        assert raised.hint


def test_a_mark_of_byte_order_is_no_part_of_a_claim(tmp_path: Path) -> None:
    """Editors of Windows write it at the start of what they call UTF-8."""
    path = tmp_path / "c.toml"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode("utf-8-sig"))
    assert read(path) == parse(GOOD, path)
    path.write_bytes(b"\xef\xbb\xbftitle = 'x'\nby = '\xe9'")
    with pytest.raises(UsageError, match="line 2: the byte 0xe9 is no text"):
        read(path)
    path.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(UsageError, match="line 1: the byte 0xff is no text"):
        read(path)


def test_a_large_file_is_read_soon_and_a_huge_one_not_at_all(tmp_path: Path) -> None:
    """Looking for a line took time in the square of an array's length: minutes for this one."""
    path = tmp_path / "c.toml"
    ids = "".join(f"  'p{number}', # {'x' * 20}\n" for number in range(20_000))
    path.write_text(f"{GOOD}only = [\n{ids}]\nonyl = []\n")
    with pytest.raises(UsageError, match="line 20018: unknown field `onyl`"):
        read(path)
    path.write_text(f"{GOOD}only = [\n{ids * 3}]\n")
    with pytest.raises(UsageError, match="larger than 1 MiB"):
        read(path)


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
