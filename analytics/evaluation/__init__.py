"""Did it work: changes where a programme began, beside those where there was none."""

from analytics.evaluation.checks import Design, design
from analytics.evaluation.detectable import detectable
from analytics.evaluation.fixed_effects import FixedEffects, fixed_effects
from analytics.evaluation.group_time import Effects, group_time
from analytics.evaluation.histories import Histories, histories
from analytics.evaluation.interrupted import Interrupted, Shape, interrupted
from analytics.evaluation.long_table import Columns, from_long
from analytics.evaluation.placebo import Placebo, placebo
from analytics.evaluation.placebo_years import placebo_years
from analytics.evaluation.regression_to_mean import Corrected, regression_to_mean
from analytics.evaluation.similar import Similar, similar
from analytics.evaluation.synthetic import Synthetic, synthetic

__all__ = [
    "Columns",
    "Corrected",
    "Design",
    "Effects",
    "FixedEffects",
    "Histories",
    "Interrupted",
    "Placebo",
    "Shape",
    "Similar",
    "Synthetic",
    "design",
    "detectable",
    "fixed_effects",
    "from_long",
    "group_time",
    "histories",
    "interrupted",
    "placebo",
    "placebo_years",
    "regression_to_mean",
    "similar",
    "synthetic",
]
