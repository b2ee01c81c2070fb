"""The browser edition: a static site in which the lessons run with nothing installed."""
