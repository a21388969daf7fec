"""``qa-engine schedule``: the ticks of the night, as a process of their own."""

import os

from qa_engine.settings import current_settings


def schedule() -> None:
    """Send the ticks by which nights begin and watched folders are looked at, until stopped."""
    from qa_engine.service import open_app, schedule_command

    with open_app(current_settings()) as engine:
        engine.bell.check()
    command = schedule_command()
    os.execv(command[0], command)  # noqa: S606  # become the schedule: signals reach it without a go-between
