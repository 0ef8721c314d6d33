import subprocess
import sys

import pytest
from wordcount.cli import main
from wordcount.words import most_common, words


def run(capsys, *arguments):
    status = main(list(arguments))
    out, err = capsys.readouterr()
    return status, out.split(), err


def test_a_file(tmp_path, capsys):
    (tmp_path / "a").write_text("The cat and the dog")
    assert run(capsys, "-n", "2", str(tmp_path / "a")) == (0, ["2", "the", "1", "and"], "")


def test_words_do_not_run_together_over_files(tmp_path, capsys):
    (tmp_path / "a").write_text("one two")
    (tmp_path / "b").write_text("two one")
    assert run(capsys, str(tmp_path / "a"), str(tmp_path / "b"))[1] == ["2", "one", "2", "two"]


def test_a_file_that_is_missing_does_not_stop_the_others(tmp_path, capsys):
    (tmp_path / "b").write_text("word")
    status, out, err = run(capsys, str(tmp_path / "a"), str(tmp_path / "b"))
    assert (status, out) == (1, ["1", "word"])
    assert "No such file" in err


def test_as_a_program():
    done = subprocess.run([sys.executable, "-m", "wordcount"], input="a b a", capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()) == (0, ["2", "a", "1", "b"])


@pytest.mark.parametrize(
    ("text", "found"),
    [("Don't panic!", ["don't", "panic"]), ("'quoted'", ["quoted"]), ("", []), ("x-ray 42", ["x", "ray"])],
)
def test_words(text, found):
    assert words(text) == found


@pytest.mark.parametrize(("text", "found"), [("Über größe", ["über", "größe"]), ("naïve l'été", ["naïve", "l'été"])])
def test_words_of_other_languages(text, found):
    assert words(text) == found


def test_the_most_frequent_first():
    assert most_common("b a b c a", 2) == [("a", 2), ("b", 2)]
