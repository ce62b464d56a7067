"""Kulldorff's circular scan."""

from analytics.scan.circular import circular_scan, scan_schools
from analytics.scan.search import Cluster

__all__ = ["Cluster", "circular_scan", "scan_schools"]
