"""Tables as people read them, and what can be taken home."""

from ui.tables.display import ledger_table, source_table

__all__ = ["ledger_table", "source_table"]
