"""The collector of circles in processes that live long and hold much."""

import gc

NEW_OBJECTS = 20_000  # made and not yet gone before the collector looks; Python's own 700 is for small programs


def settle() -> None:
    """Take what is loaded out of the collector's sight for good, and let it look for circles less often.

    Processes that judge would otherwise walk hundreds of thousands of objects of a rule pack again and again while a
    long call is judged. The web service would stop for all that it holds, packs and reports, every third page of an
    agent (182 ms beside the 220 that the page takes): it calls this before it loads a pack, for packs that change with
    the rules have to be let go.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
