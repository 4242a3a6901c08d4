"""The cache computes each answer once, and drops the least recently used one."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from tb_rnn_plugin.server.cache import Cache


class Maker:
    """Makes bodies of ten bytes, and records their keys."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def of(self, key: str, cache: Cache) -> bytes:
        def make() -> bytes:
            self.made.append(key)
            return key.encode() * 10

        return cache.get(key, make)


def test_a_body_is_kept() -> None:
    cache, maker = Cache(100), Maker()
    assert [maker.of(key, cache) for key in "abab"] == [b"a" * 10, b"b" * 10] * 2
    assert maker.made == ["a", "b"]


def test_the_least_recently_used_body_is_dropped() -> None:
    cache, maker = Cache(30), Maker()
    for key in "abcad":  # Three fit; "a" was used again before "d" came.
        maker.of(key, cache)
    for key in "acdb":
        maker.of(key, cache)
    assert "".join(maker.made) == "abcdb"


def test_a_body_larger_than_the_capacity_is_not_kept() -> None:
    cache = Cache(5)
    for _ in range(2):
        assert Maker().of("a", cache) == b"a" * 10
    maker = Maker()
    maker.of("a", cache)
    assert maker.made == ["a"]


def test_errors_are_not_kept() -> None:
    cache = Cache(100)

    def fail() -> bytes:
        raise ValueError("no such unit")

    for _ in range(2):
        with pytest.raises(ValueError, match="no such unit"):
            cache.get("a", fail)
    assert Maker().of("a", cache) == b"a" * 10


@pytest.mark.parametrize("fails", [False, True])
def test_concurrent_requests_share_one_computation(fails: bool) -> None:
    cache, begun, go_on, made = Cache(100), threading.Event(), threading.Event(), []

    def make() -> bytes:
        made.append(1)
        begun.set()
        assert go_on.wait(10)
        if fails:
            raise ValueError("no such unit")
        return b"body"

    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(cache.get, "a", make)
        assert begun.wait(10)
        others = [pool.submit(cache.get, "a", make) for _ in range(7)]
        assert pool.submit(cache.get, "b", lambda: b"other").result(10) == b"other"
        go_on.set()
        answers = [future.exception(10) if fails else future.result(10) for future in (first, *others)]
    assert {str(answer) for answer in answers} == ({"no such unit"} if fails else {"b'body'"})
    assert len(made) < 8
    if not fails:
        assert made == [1]


def test_what_was_read_for_an_error_is_not_held() -> None:
    """The error, its traceback and the answer that was waited for must not keep each other alive."""
    cache = Cache(100)
    read = set()

    class Trace:
        """Stands for arrays that are large."""

    def refuse() -> bytes:
        trace = Trace()
        read.add(weakref.ref(trace))
        raise ValueError("no gate")

    gc.disable()
    try:
        for key in "ab":
            with pytest.raises(ValueError, match="no gate") as caught:
                cache.get(key, refuse)
            del caught
        assert {reference() for reference in read} == {None}
    finally:
        gc.enable()
