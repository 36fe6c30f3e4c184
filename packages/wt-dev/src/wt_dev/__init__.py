"""What wt's own developers need, and no user.

- `channel`: a local conda channel of this checkout; `interpreter_package` and `wheel_package` make what is in it.
- `downloads`: the wheels of other projects.
- `fixtures`: the channel for tests.
"""
