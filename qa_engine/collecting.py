"""The collector of circles in a process that loads rules once and then judges call after call."""

import gc

NEW_OBJECTS = 20_000  # made and not yet gone before the collector looks; Python's own 700 is for small programs


def settle() -> None:
    """Take what is loaded out of the collector's sight for good, and let it look for circles less often.

    For processes that do nothing but judge: they would otherwise walk hundreds of thousands of objects of a rule pack
    again and again while a long call is judged. Not for the web service, which loads and lets go packs as rules change.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
