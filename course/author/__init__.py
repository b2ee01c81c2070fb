"""From lessons/ to the notebooks: read, compose, execute, rehearse, prove."""
