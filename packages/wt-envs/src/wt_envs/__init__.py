"""Solve, lock and realise Python environments, content-addressed and shared.

Data goes one way, and each module is one station of it:

- `requirement`: what a spec asks for; `backend`: which solver can give it.
- `project`: the requirements of one workflow, and wt's own packages that it needs.
- `solve`: a project to a `lock`; `realise`: a lock to an `environment`.
- `source` and `wheels`: the state of a source directory, and the wheel that is built once for it.
- `own`: where wt's own packages come from: the checkout that is running, or the index.
- `store` and `cache`: where all this is kept, safe between processes.
"""
