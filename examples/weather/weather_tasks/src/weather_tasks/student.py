"""Student's t distribution, as far as a confidence interval needs it."""

from __future__ import annotations

import math
from statistics import NormalDist


def t_quantile(probability: float, degrees: float) -> float:
    """The value that Student's t with `degrees` degrees of freedom stays below with `probability`.

    The expansion around the normal quantile is formula 26.7.5 of Abramowitz and Stegun, Handbook of Mathematical
    Functions (1964); one and two degrees of freedom have closed forms. From three degrees on the error of the
    97.5 % quantile is below 0.5 %.

    Args:
        probability: Between 0 and 1, both excluded.
        degrees: At least 1, need not be whole.

    Raises:
        ValueError: If there are fewer than one degree of freedom.
    """
    if degrees < 1:
        raise ValueError(f"Student's t needs at least one degree of freedom, not {degrees}")
    if degrees == 1:
        return math.tan(math.pi * (probability - 0.5))
    if degrees == 2:
        return (2 * probability - 1) / math.sqrt(2 * probability * (1 - probability))
    x = NormalDist().inv_cdf(probability)
    terms = (
        x,
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return sum(term / degrees**power for power, term in enumerate(terms))
