"""What a word is."""

import re
from collections import Counter

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


def words(text):
    """Words in small letters; an apostrophe inside belongs to the word."""
    return _WORD.findall(text.lower())


def most_common(text, count):
    """(word, how often), the most frequent first, by alphabet where they are as frequent."""
    return sorted(Counter(words(text)).items(), key=lambda pair: (-pair[1], pair[0]))[:count]
