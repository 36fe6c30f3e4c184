from __future__ import annotations

import pytest
from weather_tasks.student import t_quantile


# The 97.5 % column of any table of Student's t.
@pytest.mark.parametrize(
    ("degrees", "value"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (5, 2.5706), (10, 2.2281), (30, 2.0423), (100, 1.9840)],
)
def test_quantiles_agree_with_the_tables(degrees, value):
    assert t_quantile(0.975, degrees) == pytest.approx(value, rel=5e-3)


def test_the_distribution_is_symmetric():
    assert t_quantile(0.025, 7) == pytest.approx(-t_quantile(0.975, 7))


def test_less_than_one_degree_of_freedom_is_refused():
    with pytest.raises(ValueError, match="at least one degree"):
        t_quantile(0.975, 0.5)
