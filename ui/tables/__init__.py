"""Tables as people read them, and what can be taken home."""

from ui.tables.display import (
    NO_CV,
    NO_FIGURE,
    NO_MARGIN,
    column_config,
    dictionary,
    display_frame,
    ledger_table,
    reason_texts,
    source_table,
    withhold,
)

__all__ = [
    "NO_CV",
    "NO_FIGURE",
    "NO_MARGIN",
    "column_config",
    "dictionary",
    "display_frame",
    "ledger_table",
    "reason_texts",
    "source_table",
    "withhold",
]
