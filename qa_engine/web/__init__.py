"""The web service: pages for people (``pages/``), JSON for programs (``api/``), and the metrics.

Without sign-in it binds to this machine only.
"""

from qa_engine.web.app import create_app
from qa_engine.web.server import ensure_loopback, serve

__all__ = ["create_app", "ensure_loopback", "serve"]
