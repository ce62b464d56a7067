"""Many analyses of one map: where they agree, what groups they make, how those last."""

from analytics.hotspots.consensus.analyses import (
    AGREEMENT,
    FLAGS,
    Consensus,
    analysis_name,
    consensus,
    run_set,
)

__all__ = [
    "AGREEMENT",
    "FLAGS",
    "Consensus",
    "analysis_name",
    "consensus",
    "run_set",
]
