"""Solve, lock and realise Python environments, content-addressed and shared.

Data goes one way, and each module is one station of it:

- `requirement`: what a spec asks for; `backend`: which solver can give it.
- `project`: the requirements of one workflow, and wt's own packages that it needs.
- `solve`: a project to a `lock`; `realise`: a lock to an `environment`.
- `source` and `wheels`: the state of a source directory, and the wheel that is built once for it.
- `uv_solve` solves what comes from PyPI alone. With conda packages, `conda_solve` does: `conda_part` is what the
  channels give, `stand_ins` tells uv of it, `pypi_closure` finds what is left for each platform, and `pixi_writer`,
  `pixi_manifest` and `pixi_lock` are the files; `conda_realise` installs them. py-rattler runs in a process of its own:
  `rattler_process` asks, `rattler_worker` answers, `rattler_words` explains.
- `own`: where wt's own packages come from: the checkout that is running, or the index.
- `store` and `cache`: where all this is kept, safe between processes.
"""
