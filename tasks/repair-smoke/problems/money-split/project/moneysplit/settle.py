"""Balances, and the payments that even them out."""

from moneysplit.amounts import shares


def balances(expenses):
    """By person, what is owed to them; ``expenses`` are (who paid, cents, for whom)."""
    total = {}
    for payer, cents, people in expenses:
        total[payer] = total.get(payer, 0) + cents
        for person, share in zip(people, shares(cents, len(people)), strict=True):
            total[person] = total.get(person, 0) - share
    return dict(sorted(total.items()))


def settle(total):
    """(from, to, cents): at most one payment less than there are people."""
    left = {person: cents for person, cents in total.items() if cents}
    payments = []
    while left:
        debtor = min(left, key=lambda person: (left[person], person))
        creditor = max(left, key=lambda person: (left[person], person))
        cents = min(-left[debtor], left[creditor])
        payments.append((debtor, creditor, cents))
        left[debtor] += cents
        left[creditor] -= cents
        left = {person: rest for person, rest in left.items() if rest}
    return payments
