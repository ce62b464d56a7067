"""Contracts of the tables; one error lists everything that is wrong."""

from data.contracts.check import (
    CONTRACTS,
    LEVEL_LABELS,
    LEVELS,
    RELIABILITIES,
    RELIABILITY_LABELS,
    STATUS_LABELS,
    STATUSES,
    STORED_CRS,
    TABLES,
    UNIT_LABELS,
    UNITS,
    Contract,
    ContractError,
    empty_table,
    validate,
)

__all__ = [
    "CONTRACTS",
    "LEVELS",
    "LEVEL_LABELS",
    "RELIABILITIES",
    "RELIABILITY_LABELS",
    "STATUSES",
    "STATUS_LABELS",
    "STORED_CRS",
    "TABLES",
    "UNITS",
    "UNIT_LABELS",
    "Contract",
    "ContractError",
    "empty_table",
    "validate",
]
