from fieldkit.tasks._io import fetch_counts, read_table
from fieldkit.tasks._skip import any_dependency_skipped, any_is_empty, never
from fieldkit.tasks._summary import describe_site, label, summarise

__all__ = [
    "any_dependency_skipped",
    "any_is_empty",
    "describe_site",
    "fetch_counts",
    "label",
    "never",
    "read_table",
    "summarise",
]
