"""What a reader must know of a fitted membership model, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.membership.blocks import BlockModel
from analytics.membership.data import Data
from analytics.membership.search import Mode

_MANY_AREAS = 3  # areas of a school, in effect, beyond which BYM2's independent part is only prior
_FEW_COUNTS = 20


def notes(data: Data, modes: Sequence[Mode], best: Mode, left_out: Sequence[str]) -> list[str]:
    """Say in words what a reader must know of the fit.

    Parameters
    ----------
    data
        What was fitted.
    modes, best
        The fields compared, and the one shown.
    left_out
        Names of fields that could not be compared.

    Returns
    -------
    list of str
        Sentences.
    """
    told = [f"{count:,} left out: {reason}" for reason, count in data.dropped.items()]
    drawn = float(np.median(1 / np.asarray(data.share.multiply(data.share).sum(axis=1))))
    if isinstance(best.model, BlockModel):
        told.append(_approximation(data, best.model, left_out))
    if best.model.field.name == "bym2" and drawn > _MANY_AREAS:
        told.append(
            f"The independent part of BYM2 is hardly identified: a typical school draws from "
            f"{drawn:.0f} areas in effect. What an area has for itself comes from the prior and "
            f"widens its interval."
        )
    if data.one_to_one and len(best.state.theta) == 2:
        told.append("Each count has an area of its own, so there is no separate school effect.")
    if (empty := int((data.schools == 0).sum())) > 0:
        told.append(f"{empty:,} areas have no count of their own: known from other areas only.")
    if len(data.cases) < _FEW_COUNTS:
        told.append(f"Only {len(data.cases)} counts: the priors weigh much.")
    if len(modes) > 1:
        told.append(_choice(modes, best))
    return told


def _approximation(data: Data, model: BlockModel, left_out: Sequence[str]) -> str:
    """Say how a place too large to fit at once was fitted."""
    n, m = data.share.shape
    typical = int(np.median([len(block.model.design) for block in model.blocks]))
    words = (
        f"Approximation: {n:,} counts over {m:,} areas are too many to fit at once. They are "
        f"fitted in {len(model.blocks)} overlapping blocks of about {typical:,} schools that share "
        f"hyperparameters and effects; an area learns nothing from schools beyond its block."
    )
    if left_out:
        words += f" Not compared, because blocks would cut its neighbours: {', '.join(left_out)}."
    return words


def _choice(modes: Sequence[Mode], best: Mode) -> str:
    """Say how the field was chosen."""
    name = best.model.field.name
    other = max((m for m in modes if m is not best), key=lambda one: one.log_evidence)
    ahead = best.log_evidence - other.log_evidence
    if ahead >= 0:
        return (
            f"The field {name} was chosen by marginal likelihood, {ahead:.1f} log units before "
            f"{other.model.field.name}."
        )
    return (
        f"{other.model.field.name} is {-ahead:.1f} log units likelier than {name}, which counts as "
        f"equal; {name} is shown because schools cannot tell the independent part of "
        f"{other.model.field.name} from area to area."
    )
