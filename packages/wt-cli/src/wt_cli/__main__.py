"""`python -m wt_cli` is `wt`."""

from wt_cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
