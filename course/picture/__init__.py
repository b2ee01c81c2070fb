"""Pictures of a project, each with a text of the same meaning."""
