from __future__ import annotations

import os
import time

import pytest
from wt_contracts.codes import Code
from wt_contracts.diagnostics import DiagnosticError
from wt_envs.inventory import find, prune, realised
from wt_envs.realise import realise

DAY = 86_400


@pytest.fixture
def environment(empty_cache, six_lock):
    return realise(six_lock)


def age(path, days):
    moment = time.time() - days * DAY
    os.utime(path, (moment, moment))


def test_without_a_cache_there_is_nothing(empty_cache):
    assert realised() == []
    assert prune(older_than=0) == ([], 0)


def test_a_realised_environment_is_described(environment):
    (found,) = realised()

    assert found.environment == environment
    assert found.project == "wt-six-workflow"
    assert found.packages() == [("six", "1.17.0")]
    assert found.size() > 30_000
    assert time.time() - found.last_used < DAY


def test_any_beginning_of_a_digest_finds_its_environment(environment):
    assert find(environment.digest[:5]).environment == environment
    assert find(environment.digest[:5].upper()).environment == environment


@pytest.mark.parametrize("prefix", ["", "zzzz"])
def test_an_unknown_digest_is_said(environment, prefix):
    with pytest.raises(DiagnosticError) as caught:
        find(prefix)

    assert caught.value.diagnostics[0].code == Code.ENVIRONMENT_UNKNOWN


def test_a_beginning_that_several_share_is_said(environment):
    key = environment.prefix.name
    (environment.prefix.parent / (key[:-1] + ("0" if key[-1] != "0" else "1"))).mkdir()

    with pytest.raises(DiagnosticError, match="2 environments start with"):
        find(key[:6])


def test_only_what_was_not_used_for_long_is_pruned(environment, empty_cache):
    unused = empty_cache / "envs/unused"
    for path in (unused, empty_cache / "locks/unused", empty_cache / "wheels/unused"):
        path.mkdir(parents=True)
        (path / "file").write_text("x" * 100)
        age(path, 40)
    gone, freed = prune(older_than=30)

    assert [each.key for each in gone] == ["unused"]
    assert freed == 300
    assert environment.python.exists()
    assert not any((empty_cache / kind / "unused").exists() for kind in ("envs", "locks", "wheels"))


def test_using_an_environment_keeps_it(environment, six_lock):
    age(environment.prefix, 40)
    realise(six_lock)

    assert prune(older_than=30)[0] == []


def test_a_dry_run_removes_nothing(environment):
    gone, freed = prune(older_than=0, dry_run=True)

    assert [each.environment for each in gone] == [environment]
    assert freed > 0
    assert environment.python.exists()


def test_what_was_pruned_is_made_again(environment, six_lock):
    prune(older_than=0)
    assert realised() == []

    assert realise(six_lock).python.exists()
