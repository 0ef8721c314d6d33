import pytest
from inifile import as_bool, as_list, read


def test_sections_and_settings():
    assert read("a = 1\n[x]\nb = 2\n[y]\nC=3") == {"": {"a": "1"}, "x": {"b": "2"}, "y": {"c": "3"}}


def test_a_section_that_comes_twice_is_one():
    assert read("[x]\na=1\n[y]\n[x]\nb=2")["x"] == {"a": "1", "b": "2"}


def test_comments_are_left_out():
    assert read("# top\na = 1 ; one\n; b = 2\n")[""] == {"a": "1"}


def test_a_mark_inside_a_word_is_no_comment():
    assert read("url = http://host/#top")[""]["url"] == "http://host/#top"


def test_quoted_marks_are_no_comment():
    assert read('greeting = "hello # world"')[""]["greeting"] == "hello # world"
    assert read('prompt = "a ; b" ; said first')[""]["prompt"] == "a ; b"


def test_a_quote_without_an_end_quotes_nothing():
    assert read('size = 5" # inches')[""]["size"] == '5"'


def test_quotes_go_and_spaces_stay():
    assert read('a = "  x "')[""]["a"] == "  x "


def test_a_value_goes_on():
    assert read("a = 1\n  2\n  3")[""]["a"] == "1\n2\n3"


@pytest.mark.parametrize("text", ["[x", "word", "  more"])
def test_what_is_no_setting_is_named_by_its_line(text):
    with pytest.raises(SyntaxError, match="line 2"):
        read("\n" + text)


def test_values():
    assert as_bool("Yes") is True
    assert as_bool("off") is False
    assert as_list("a, b\nc,") == ["a", "b", "c"]
    with pytest.raises(ValueError):
        as_bool("maybe")
