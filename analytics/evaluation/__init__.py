"""Did it work: changes where a programme began, beside those where there was none."""

from analytics.evaluation.checks import Design, design
from analytics.evaluation.detectable import detectable
from analytics.evaluation.fixed_effects import FixedEffects, fixed_effects
from analytics.evaluation.group_time import Effects, group_time
from analytics.evaluation.histories import Histories, histories
from analytics.evaluation.interrupted import Interrupted, interrupted
from analytics.evaluation.placebo import Placebo, placebo
from analytics.evaluation.regression_to_mean import Corrected, regression_to_mean
from analytics.evaluation.similar import Similar, similar
from analytics.evaluation.synthetic import Synthetic, synthetic

__all__ = [
    "Corrected",
    "Design",
    "Effects",
    "FixedEffects",
    "Histories",
    "Interrupted",
    "Placebo",
    "Similar",
    "Synthetic",
    "design",
    "detectable",
    "fixed_effects",
    "group_time",
    "histories",
    "interrupted",
    "placebo",
    "regression_to_mean",
    "similar",
    "synthetic",
]
