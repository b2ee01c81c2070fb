"""What builds notebooks from lessons/."""
