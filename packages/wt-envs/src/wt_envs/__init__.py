"""Solve, lock and realise Python environments, content-addressed and shared.

The stages are functions that can be called alone: `solve.solve(project)` gives a `lock.Lock`,
`realise.realise(lock)` an `environment.Environment`, whose `run` starts a command in it.
"""
