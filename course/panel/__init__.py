"""The picture that follows: what a panel shows of a project, and the line to it."""
