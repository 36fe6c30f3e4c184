"""The sub-commands of `wt` that this package offers; each module imports nothing heavy before it is called."""
