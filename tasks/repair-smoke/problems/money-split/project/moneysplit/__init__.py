"""Who owes what to whom."""

from moneysplit.amounts import format_cents, parse_cents, shares
from moneysplit.settle import balances, settle

__all__ = ["balances", "format_cents", "parse_cents", "settle", "shares"]
