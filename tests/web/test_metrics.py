"""Metrics: true, and about nobody."""

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from qa_engine.service import App, run_pending
from tests.web.samples import add_call, wav_bytes


def read(client: TestClient) -> dict[tuple[str, tuple[str, ...]], float]:
    """(name, label values in order of label names) → value."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_queue_and_calls(desk: TestClient, centre: App) -> None:
    assert read(desk)["qa_calls", ("received",)] == 0
    add_call(centre, "m-1", content=wav_bytes(1))
    add_call(centre, "m-2", content=wav_bytes(2))
    add_call(centre, "m-3", content=b"broken")
    centre.clock.advance(90)  # type: ignore[attr-defined]
    found = read(desk)
    assert found["qa_jobs", ("asr", "queued")] == 2
    assert found["qa_oldest_job_seconds", ("asr",)] == 90
    assert found["qa_calls", ("received",)] == 2
    assert found["qa_calls", ("quarantined",)] == 1
    run_pending(centre)
    found = read(desk)
    assert found["qa_jobs", ("asr", "queued")] == 0
    assert found["qa_oldest_job_seconds", ("asr",)] == 0
    assert found["qa_calls", ("clean",)] == 2


def test_requests_are_counted_by_route_and_never_by_name(desk: TestClient, centre: App) -> None:
    add_call(centre, "secret-call", content=wav_bytes(1), agent_id="secret-agent", agent_name="secret-name")
    for address in ("/calls/secret-call", "/calls?q=secret-name", "/agents/secret-agent", "/secret-path", "/calls/x"):
        desk.get(address)
    desk.request("SECRET", "/calls")
    desk.post("/upload")
    found = read(desk)
    assert found["qa_http_requests_total", ("GET", "/calls/{call_id}", "200")] == 1
    assert found["qa_http_requests_total", ("GET", "/calls/{call_id}", "404")] == 1
    assert found["qa_http_requests_total", ("GET", "(none)", "404")] == 1
    assert found["qa_http_requests_total", ("POST", "/upload", "422")] == 1
    assert found["qa_http_request_seconds_count", ("GET", "/agents/{agent_id:text}")] == 1
    assert "secret" not in desk.get("/metrics").text.lower()


def test_each_application_counts_for_itself(desk: TestClient, client: TestClient) -> None:
    desk.get("/healthz")
    desk.get("/healthz")
    assert read(desk)["qa_http_requests_total", ("GET", "/healthz", "200")] == 2
