"""Twenty thousand random requests to TensorBoard's WSGI application, in this process."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, note, settings

from tests.server.application import Application, resident
from tests.server.requests import ROUTES as PARAMETERS
from tests.untrusted.requests import Batch, batches

pytestmark = pytest.mark.slow

EACH = 960
"""The least number of requests to each route."""

ALL_ROUTES = ["runs", "index.js", *PARAMETERS]

MAX_GROWTH = 64 * 2**20
"""Bytes by which the process may grow over the requests to a route: NumPy and the allocator keep some memory."""


def test_there_are_enough() -> None:
    assert EACH * len(ALL_ROUTES) >= 20_000


@pytest.mark.parametrize("route", ALL_ROUTES)
# pytest turns NumPy's warnings about hostile numbers into errors; TensorBoard does not.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_any_request_has_an_answer(application: Application, route: str) -> None:
    statuses: Counter[int] = Counter()

    @settings(
        # The first example is always the simplest, and a few may be equal.
        max_examples=EACH // requests_in_a_batch(route) + 1,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(batches(route))
    def fuzz(batch: Batch) -> None:
        for request in batch.requests:
            try:
                answer = application.open(
                    request.path, query_string=request.query, method=request.method, headers=request.headers
                )
                answer.check()
                assert answer.status in (200, 301, 308, 304, 400, 404, 405), answer
                assert answer.status in (404, 405) or request.method == "GET", answer
            except Exception:
                note(f"{request}")
                raise
            statuses[answer.status] += 1

    before = resident()
    fuzz()
    growth = resident() - before
    print(f"{route}: {dict(statuses)}, {growth / 2**20:.1f} MiB more")
    assert sum(statuses.values()) >= EACH
    assert statuses[200] >= EACH / 10
    assert growth < MAX_GROWTH


def requests_in_a_batch(route: str) -> int:
    return 10 + 2 * len(PARAMETERS.get(route, []))
