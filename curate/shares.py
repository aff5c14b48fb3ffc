"""Shares of counted things, with how sure one can be of them."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import betaincinv


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``total`` things."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """0..1; None of nothing."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Exact 95 % confidence interval of Clopper and Pearson (Biometrika 26, 1934); (0, 1) of nothing.

        It takes the things for independent. Pairs of one group are not quite that.
        """
        missed = self.total - self.hits
        low = betaincinv(self.hits, missed + 1, 0.025) if self.hits else 0.0
        high = betaincinv(self.hits + 1, missed, 0.975) if missed else 1.0
        return float(low), float(high)
