"""Kulldorff's circular scan."""

from analytics.scan.circular import (
    NULLS,
    Cluster,
    circular_scan,
    scan_schools,
)

__all__ = [
    "NULLS",
    "Cluster",
    "circular_scan",
    "scan_schools",
]
