"""What IPython runs before the first cell: PYTHONSTARTUP names this file."""

from course.site.kernel import beginning

beginning.begin()
del beginning
