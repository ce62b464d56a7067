"""Rates of areas from counts of schools that share them."""

from analytics.membership.estimate import Limits, fit
from analytics.membership.fields import Priors
from analytics.membership.result import Membership

__all__ = ["Limits", "Membership", "Priors", "fit"]
