"""`${{ … }}`: its words, its grammar, its types, and the Python that it becomes.

The language is a part of Python, so that what is written is what stands in the run module: attributes and indices,
comparison, arithmetic, `and`, `or` and `not`, and a few functions. No evaluator travels with a workspace.
"""
