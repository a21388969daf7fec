"""What endpoints ask for: the engine behind the request, and who asks."""

from typing import Annotated

from fastapi import Depends, Request

from qa_engine.domain.people import MACHINE, Actor
from qa_engine.service import App


def get_engine(request: Request) -> App:
    engine = request.app.state.engine
    assert isinstance(engine, App)
    return engine


Engine = Annotated[App, Depends(get_engine)]


def who(request: Request) -> Actor:
    """The person, token or machine behind the request; one look-up a request, however often it is asked for."""
    found = getattr(request.state, "who", None)
    if found is None:
        found = request.state.who = MACHINE
    assert isinstance(found, Actor)
    return found


Who = Annotated[Actor, Depends(who)]
