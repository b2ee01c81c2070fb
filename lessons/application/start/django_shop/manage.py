import os
import sys

from django.core.management import execute_from_command_line

sys.tracebacklimit = 0
os.environ["DJANGO_SETTINGS_MODULE"] = "config"
execute_from_command_line(sys.argv)
