"""What endpoints ask for: the engine behind the request."""

from typing import Annotated

from fastapi import Depends, Request

from qa_engine.service import App


def get_engine(request: Request) -> App:
    engine = request.app.state.engine
    assert isinstance(engine, App)
    return engine


Engine = Annotated[App, Depends(get_engine)]
