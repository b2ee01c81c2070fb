"""`review`: what is risky in a project's migrations, found in its text and by migrating a copy."""

from course.review.finding import Finding
from course.review.rules import RULES
from course.review.run import Review, findings, review

__all__ = ["RULES", "Finding", "Review", "findings", "review"]
