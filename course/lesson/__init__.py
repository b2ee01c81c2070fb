"""What a notebook holds: the lesson, its folder, its verdicts, its kernel."""
