"""wt-task with its extra gcp: tasks whose traces go to Google Cloud. No code."""
