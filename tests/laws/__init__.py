"""Laws that every ledger obeys, held against an oracle that shares no algorithm with the product."""
