"""Run a compiled workflow: on this machine, and everything that `wt run` does around it.

- `workspace`: what a compiled workspace says of itself.
- `params`: parameters from files and assignments; `prompt`: those that are missing, from a person.
- `local`: the invoker, a run's handle and its outcome; `process`: a process group whose output never blocks it.
- `events`: what a running workflow says; `steps`: what became of each step.
- `results`: the directory of results, and `result.json` in it.
"""
