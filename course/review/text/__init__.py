"""A project's sources, read and never run."""
