"""Where a command runs: in a process of its own, a fork of a warm one, or this interpreter."""
