"""Tables as people read them, and what can be taken home."""

from ui.tables.display import doubt_table, ledger_table, source_table

__all__ = ["doubt_table", "ledger_table", "source_table"]
