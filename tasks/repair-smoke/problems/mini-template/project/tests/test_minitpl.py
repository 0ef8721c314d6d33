import pytest
from minitpl import TemplateError, fill


def test_values_and_filters():
    assert fill("Dear {{ name | upper }}, {{n}}!", name="Ada", n=3) == "Dear ADA, 3!"


def test_inside_of_values():
    assert fill("{{ a.b.c }}", a={"b": {"c": 1}}) == "1"


def test_a_loop():
    assert fill("{% for x in xs %}<{{ x }}>{% endfor %}", xs=[1, 2]) == "<1><2>"


def test_the_name_of_a_loop_ends_with_it():
    with pytest.raises(KeyError):
        fill("{% for x in xs %}{% endfor %}{{ x }}", xs=[1])


def test_a_name_that_a_loop_hid_is_there_again():
    assert fill("{{ x }}{% for x in xs %}{{ x }}{% endfor %}{{ x }}", x="o", xs=[1, 2]) == "o12o"


def test_loops_in_loops_of_the_same_name():
    rows = [["a", "b"], ["c"]]
    template = "{% for x in rows %}{% for y in x %}{% for x in y %}{{ x }}{% endfor %}{% endfor %}{{ x|length }};{% endfor %}"
    assert fill(template, rows=rows) == "ab2;c1;"


def test_conditions():
    template = "{% if a %}yes{% else %}no{% endif %}"
    assert fill(template, a=1) + fill(template, a="") == "yesno"


@pytest.mark.parametrize("template", ["{% for x in xs %}", "{% if a %}", "{% while x %}"])
def test_what_cannot_be_read_is_said(template):
    with pytest.raises(TemplateError):
        fill(template, xs=[], a=1)
