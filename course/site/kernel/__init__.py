"""What differs where a lesson's kernel runs in a browser: it is loaded there, before any cell."""
