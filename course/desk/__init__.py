"""A learner's own copies of the notebooks, in the workspace, and the page to start from."""
