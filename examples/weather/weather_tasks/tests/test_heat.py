from __future__ import annotations

from datetime import date

from weather_tasks import Thresholds, find_heat_spells, year_without_hot_days


def test_spells_are_runs_of_hot_days_the_longest_first(days):
    record = days("2012-07-01", 7, temp_max=[31, 20, 30, 33, 20, 35, 20])
    spells = find_heat_spells(record, Thresholds())
    assert [(spell.start, spell.days, spell.peak) for spell in spells] == [
        (date(2012, 7, 3), 2, 33),
        (date(2012, 7, 6), 1, 35),
        (date(2012, 7, 1), 1, 31),
    ]


def test_a_missing_day_ends_a_spell(days):
    record = days("2012-07-01", 4, temp_max=31).drop(index=1)
    assert [spell.days for spell in find_heat_spells(record, Thresholds())] == [2, 1]


def test_a_year_without_a_hot_day_is_skipped(days):
    assert year_without_hot_days(days("2012-01-01", 3), Thresholds())
    assert not year_without_hot_days(days("2012-07-01", 2, temp_max=[20, 30]), Thresholds())
    assert not year_without_hot_days(days("2012-01-01", 3), Thresholds(hot_day=20))
