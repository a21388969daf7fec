"""The API against its own OpenAPI document: schemathesis makes requests of it, and wrong ones, by a fixed seed."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from qa_engine.web import create_app
from tests.desk_centre import fill_desk, open_desk

EACH = 6  # requests of an operation; benchmarks would ask for more, a fault of the kind shows in the first few
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
)


@schemathesis.serializer("application/offset+octet-stream")
def _piece(ctx: object, value: object) -> object:
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.schemas.BaseSchema]:
    with open_desk(tmp_path_factory.mktemp("schema") / "home") as engine:
        fill_desk(engine)
        yield schemathesis.openapi.from_asgi(
            "/openapi.json",
            create_app(engine),
            headers={"host": "127.0.0.1:8640"},
        )


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_comes_that_the_document_does_not_say(
    document: schemathesis.schemas.BaseSchema, mode: GenerationMode
) -> None:
    faults: list[str] = []
    asked = 0

    def ask(operation: Any) -> None:
        @settings(
            max_examples=EACH,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def each(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(checks=list(CHECKS), headers={"host": "127.0.0.1:8640"})

        each()

    for found in document.get_all_operations():
        operation = found.ok()
        try:
            ask(operation)
        except Unsatisfiable:
            continue  # nothing can be wrong about it
        except BaseExceptionGroup as several:
            faults += [f"{operation.label}: {one}" for one in several.exceptions]
    assert asked > EACH
    assert not faults, "\n\n".join(faults)
