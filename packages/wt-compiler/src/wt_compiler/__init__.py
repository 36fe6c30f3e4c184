"""From a spec.yaml and what the task libraries offer to a workspace that stands alone.

The stages are modules, each a function that can be called alone: `document` (YAML with positions), `spec` (the
grammar), `discovery` (what the libraries offer), `resolve` (names to registry entries), `check` (arguments and
references), `dag` (the only intermediate form), `emit` (the files), `workspace` (putting them in place).
"""
