"""Empirical Bayes at its limits."""

import numpy as np
import pandas as pd
import pytest

from analytics.smoothing import empirical_bayes, empirical_bayes_parameters


def test_equal_rates_stay_and_no_spread_means_full_shrinkage():
    assert empirical_bayes([2, 20, 4], [10, 100, 20]).tolist() == pytest.approx([0.2] * 3)
    prior = empirical_bayes_parameters([2, 3], [10, 10])
    assert prior.variance == 0
    assert empirical_bayes([2, 3], [10, 10]).tolist() == pytest.approx([0.25, 0.25])


def test_unknown_and_empty_rows():
    x = pd.Series([0, None, 40, 25], index=list("abcd"), dtype="Int64")
    smooth = empirical_bayes(x, pd.Series([0, 10, 100, 100], index=list("abcd")))
    assert np.isnan(smooth["b"])
    assert smooth["a"] == pytest.approx(65 / 200)  # nothing of its own: the pooled rate
    assert np.isnan(empirical_bayes([None], [5])).all()
    assert empirical_bayes_parameters([None], [5]).areas == 0
    assert empirical_bayes([0, 0], [10, 20]).tolist() == [0, 0]
