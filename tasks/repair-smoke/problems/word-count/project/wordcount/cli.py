"""The command line."""

import argparse
import sys

from wordcount.words import most_common


def main(arguments):
    """Exit status: 0 done, 1 a file could not be read, 2 bad usage."""
    parser = argparse.ArgumentParser(prog="wordcount")
    parser.add_argument("-n", type=int, default=10, help="how many words")
    parser.add_argument("files", nargs="*", help="- or none: standard input")
    asked = parser.parse_args(arguments)
    texts = []
    for name in asked.files or ["-"]:
        try:
            texts.append(_text(name))
        except OSError as error:
            print(f"wordcount: {name}: {error.strerror}", file=sys.stderr)
            return 1
    for word, count in most_common("".join(texts), asked.n):
        print(f"{count:7} {word}")
    return 0


def _text(name):
    if name == "-":
        return sys.stdin.read()
    with open(name, encoding="utf-8") as file:
        return file.read()
