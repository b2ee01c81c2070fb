"""What `python3 -m course` runs inside the environment: a module a command."""
