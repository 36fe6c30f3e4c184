"""wt-invokers with its extra gcp: the clients of Google Cloud. No code."""
