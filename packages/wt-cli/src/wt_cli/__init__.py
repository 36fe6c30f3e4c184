"""The `wt` command.

It does nothing itself: what it can do is what the installed packages offer through the entry-point group
`wt.commands`. Here is what all of them share: finding them, the terminal, and what is said when something goes wrong.
"""
