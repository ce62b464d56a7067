"""Rates of areas from counts of schools that share them."""

from analytics.membership.model_fit import (
    FAMILIES,
    FIELDS,
    Membership,
    Priors,
    fit,
)

__all__ = [
    "FAMILIES",
    "FIELDS",
    "Membership",
    "Priors",
    "fit",
]
