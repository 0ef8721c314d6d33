"""Amounts are whole cents."""


def parse_cents(text):
    """``12``, ``12.5`` or ``-0.05`` as cents."""
    text = text.strip()
    whole, _, part = text.partition(".")
    if len(part) > 2 or not (whole + part).lstrip("-").isdigit():
        raise ValueError(f"no amount: {text!r}")
    return int(whole or 0) * 100 + int(part.ljust(2, "0"))


def format_cents(cents):
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def shares(cents, count):
    """An amount in equal parts; what cannot be shared out goes to the first."""
    if count < 1:
        raise ValueError("nobody to share with")
    each, rest = divmod(cents, count)
    return [each + (1 if i < rest else 0) for i in range(count)]
