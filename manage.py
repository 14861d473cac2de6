#!/usr/bin/env python
"""Django's command line for this project."""

import sys

from fbo_cabinet import env


def main() -> None:
    env.choose_settings()
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs the settings first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
