"""What instructors get: teaching.toml, their edition of the notebooks, slides and schedules."""
