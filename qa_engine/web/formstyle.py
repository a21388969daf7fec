"""Where the stylesheet of the forms is served."""

from functools import lru_cache
from hashlib import sha256

from qa_engine.service import stylesheet


@lru_cache(maxsize=1)
def form_css() -> str:
    """Its address, with the digest of its content."""
    return f"/form.css?v={sha256(stylesheet().encode()).hexdigest()[:12]}"
