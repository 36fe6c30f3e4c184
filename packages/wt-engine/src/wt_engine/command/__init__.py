"""`wt engine`: what the runs of pipelines left in a store.

- `records`: opening a store, finding a run. `listing`: runs and one of them. `charts`: timelines and comparisons.
- `exports`: data and numbers for other programs. `cleanup`: forgetting runs.
- `resumption`: going on with one.
"""

from __future__ import annotations

import click

from wt_engine.command.charts import compare, timeline
from wt_engine.command.cleanup import cleanup
from wt_engine.command.exports import export, stats
from wt_engine.command.listing import runs, show
from wt_engine.command.resumption import resume


@click.group(short_help="Look at recorded runs of pipelines, compare, export and forget them.")
def engine() -> None:
    """Look at what the runs of pipelines left in a store.

    A run is named by its id, or by any beginning of it that no other run has. The store is the file that --store names,
    or else the one of $WT_ENGINE_STORAGE, or else the one in the user's data directory.

    The exit code is 0 if all is well, 1 if the run did not end well or two runs differ, 2 if the usage is wrong, the
    store cannot be used, or the run is unknown or ambiguous.
    """


for _command in (cleanup, compare, export, resume, runs, show, stats, timeline):
    engine.add_command(_command)
