from __future__ import annotations

from wt_envs.realise import realise
from wt_envs.verify import Damage, damages


def test_an_environment_is_what_was_installed(mixed_lock, conda_cache):
    assert damages(realise(mixed_lock).prefix) == []


def test_what_was_changed_or_removed_is_named(mixed_lock, conda_cache):
    prefix = realise(mixed_lock).prefix
    conda = next(prefix.glob("lib/python3*/site-packages/jinja2/environment.py"))
    pypi = next(prefix.glob("lib/python3*/site-packages/six.py"))
    content = conda.read_bytes()
    conda.unlink()  # a hard link: what it leads to stays as it is
    conda.write_bytes(content + b"\n")
    pypi.unlink()

    found = damages(prefix)

    expected = [
        Damage(conda.relative_to(prefix).as_posix(), "changed"),
        Damage(pypi.relative_to(prefix).as_posix(), "missing"),
    ]
    assert found == sorted(expected)


def test_an_environment_of_uv_is_verified_too(six_lock, cache):
    prefix = realise(six_lock).prefix
    assert damages(prefix) == []
    module = next(prefix.glob("lib/python3*/site-packages/six.py"))
    module.unlink()

    assert [damage.problem for damage in damages(prefix)] == ["missing"]
