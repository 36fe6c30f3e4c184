"""The types of values in a spec, as JSON Schemas say them: which fits where, and what an expression gives."""
