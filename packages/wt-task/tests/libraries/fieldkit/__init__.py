"""A task library as they are in the field: written with the public names of wt-task alone."""
