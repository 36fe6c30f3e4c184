"""The models and protocols that cross a wt package boundary, and the pure functions between them.

Nothing here reads or writes anything, and only the standard library is imported. The models are dataclasses: whoever
reads one from a file chooses the library that checks it. Each module is one contract:

- `registry`: what a task library offers.
- `task`: the methods that generated code may call; `executor`: where a call runs.
- `portable`: how an exception comes back from another process.
- `cli`: how a compiled workflow is started; `result`: what it leaves behind; `events`: what it says meanwhile.
- `forms`: the layout of a form, and the two functions between form data and parameters.
- `diagnostics` and `codes`: what a user is told about a mistake.
- `console`: what a sub-command of `wt` may ask of the terminal.
"""
