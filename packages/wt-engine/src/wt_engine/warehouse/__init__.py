"""The warehouse front end: a list of steps over one shared mapping.

- `pipeline`: `Pipeline` and `PipelineAsync`. `blocks`: `Condition`, `For`, `Parallel`, `Background`.
- `registry`: `@step`. `discovery`: `AutoRegister`.
- `view` and `merging`: what a step sees, and how what it changed comes together with what others changed.
- `lowering`: from the list to a `Plan`; everything after that is the engine's.
"""
