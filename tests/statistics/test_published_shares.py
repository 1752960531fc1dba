"""Shares of R2 against relaimpo, dominanceanalysis, and Azen and Budescu."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.statistics.dominance import complete_dominance, dominance
from tests.statistics.test_dominance import AZEN, REFERENCE, covariance, swiss, weighted


def test_swiss_is_what_relaimpo_gives():
    # relaimpo 2.2-7, calc.relimp(Fertility ~ ., swiss, type = c("lmg", "last")).
    found = dominance(swiss())
    lmg = [0.0570912207681, 0.1711730289002, 0.2601346786244, 0.1055701503735, 0.1127659229265]
    assert found.r2 == pytest.approx(0.706735001593, abs=1e-11)
    assert found.general == pytest.approx(lmg, abs=1e-12)
    last = [0.0428696071255, 0.0073874185151, 0.1619626930773, 0.0623726258274, 0.0569452587325]
    assert found.conditional[:, -1] == pytest.approx(last, abs=1e-12)


def test_weighted_swiss_is_what_relaimpo_gives():
    # relaimpo 2.2-7, calc.relimp(Fertility ~ ., swiss, weights = seq(1, 3, length.out = 47)).
    drivers = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]
    rows = pl.read_csv(REFERENCE / "swiss.csv").select(*drivers, "Fertility").to_numpy()
    found = dominance(weighted(rows, np.linspace(1, 3, 47)))
    assert found.r2 == pytest.approx(0.7105550986666, abs=1e-12)
    lmg = [0.0726067385566, 0.1566597748513, 0.3239593454381, 0.0732996270848, 0.0840296127359]
    assert found.general == pytest.approx(lmg, abs=1e-12)


def test_a_group_in_swiss_has_what_relaimpo_gives():
    # relaimpo 2.2-7, calc.relimp(..., groups = list(c("Examination", "Education"))).
    found = dominance(swiss(), [[1, 2], [0], [3], [4]])
    lmg = [0.3981789887709, 0.0738468088833, 0.1157375396403, 0.1189716642982]
    assert found.general == pytest.approx(lmg, abs=1e-12)


def test_mtcars_is_what_relaimpo_gives():
    # relaimpo 2.2-7, calc.relimp(mpg ~ cyl + disp + hp + gear, mtcars, type = c("lmg", "last")).
    found = dominance(covariance("mtcars.csv", ["cyl", "disp", "hp", "gear"], "mpg"))
    assert found.r2 == pytest.approx(0.7791896389831, abs=1e-12)
    lmg = [0.2470520332352, 0.2434995947956, 0.2109128995443, 0.0777251114079]
    assert found.general == pytest.approx(lmg, abs=1e-12)
    last = [0.0085054118577, 0.0081848181933, 0.0193644529351, 0.0113018948902]
    assert found.conditional[:, -1] == pytest.approx(last, abs=1e-12)


ATTITUDE = ["complaints", "privileges", "learning", "raises", "critical", "advance"]


def test_attitude_is_what_relaimpo_gives():
    # relaimpo 2.2-7; the README of the R package dominanceanalysis has the same to 6 digits.
    found = dominance(covariance("attitude.csv", ATTITUDE, "rating"))
    lmg = [0.3708161943193, 0.0509037929715, 0.1557659901691,
           0.1203450794036, 0.0065887225459, 0.0281822131216]  # fmt: skip
    assert found.r2 == pytest.approx(0.7326019925311, abs=1e-12)
    assert found.general == pytest.approx(lmg, abs=1e-12)
    assert found.general.round(6).tolist() == [0.370816, 0.050904, 0.155766,
                                               0.120345, 0.006589, 0.028182]  # fmt: skip


def test_complaints_dominate_all_completely():
    # README of the R package dominanceanalysis.
    matrix = covariance("attitude.csv", ATTITUDE, "rating")
    complete = complete_dominance(matrix)
    assert complete[0].tolist() == [False, True, True, True, True, True]
    assert not complete[:, 0].any()


def test_the_example_of_azen_and_budescu():
    found = dominance(AZEN)
    lmg = [0.29217618, 0.07586135, 0.09491088, 0.12140411]
    assert found.general == pytest.approx(lmg, abs=5e-9)
    assert found.general.sum() == pytest.approx(found.r2, abs=1e-10)
    assert found.conditional[0] == pytest.approx([0.360, 0.300, 0.263, 0.246], abs=5e-4)
    assert found.conditional[3] == pytest.approx([0.250, 0.152, 0.073, 0.010], abs=5e-4)
    assert found.conditionally_dominates[0].tolist() == [False, True, True, True]
    assert not found.conditionally_dominates[3].any()
