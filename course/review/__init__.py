"""`review`: what is risky in a project's migrations, found in its text and by migrating a copy."""

from course.review.finding import Finding
from course.review.reviewing import Review, review
from course.review.static import RULES, findings

__all__ = ["RULES", "Finding", "Review", "findings", "review"]
