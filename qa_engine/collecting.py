"""The collector of circles in processes that live long and hold much."""

import gc

AT_WORK = (20_000, 10, 10)
"""How many objects are made and not yet gone before the collector looks at them; how many such looks come before one at
those that outlived them, and how many of these before one at all. Python's own 700, 10, 10 are for small programs."""
BETWEEN_PAGES = (5_000, 5, 1_000)
"""Small looks: whoever waits for a page waits for the look as well, and after ten large ones what reports keep was
walked in one go (up to 0.18 s). All objects are walked every quarter of an hour or so while twenty people work."""


def settle(looks: tuple[int, int, int] = AT_WORK) -> None:
    """Take what is loaded out of the collector's sight for good, and let it look for circles less often.

    Processes that judge would otherwise walk hundreds of thousands of objects of a rule pack again and again while a
    long call is judged. The web service would stop for all that it holds, packs and reports, every third page of an
    agent (182 ms beside the 220 that the page takes): it calls this before it loads a pack, for packs that change with
    the rules have to be let go.
    """
    gc.freeze()
    gc.set_threshold(*looks)
