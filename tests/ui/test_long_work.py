"""Long work: kept by content, a bar only after a while, a way to stop, nothing half done kept."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.testing.v1 import AppTest

from ui.queries import cache as long_work
from ui.queries.cache import PATIENCE, RESULTS, Results, results


def page() -> None:
    """A page with one long piece of work; the test sets its length and clock in session state."""
    import streamlit as st

    from ui.queries import cache as long_work

    state = st.session_state
    long_work.time = state["clock"]

    def work(progress):
        state["begun"] = state.get("begun", 0) + 1
        for step in range(1, state["steps"] + 1):
            state["clock"].now += state["pace"]
            progress(step, state["steps"])
        state["ended"] = state.get("ended", 0) + 1
        return f"result of {state['key']}"

    st.write(long_work.result(state["key"], "Looking", work))
    st.write("below the work")


class Clock:
    """Time that passes only when told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def no_result_is_kept_from_before(monkeypatch):
    # The page sets the clock of the module: put the real one back afterwards.
    monkeypatch.setattr(long_work, "time", long_work.time)
    results.clear()
    yield
    results.clear()


def test_sessions_that_want_the_same_wait_and_the_work_is_done_once():
    kept, begun, waited = Results(), [], []

    def session(number):
        with kept.turn("key", lambda: waited.append(number)):
            if kept.get("key") is None:
                begun.append(number)
                time.sleep(0.5)
                kept.keep("key", "result")
        return kept.get("key")

    with ThreadPoolExecutor(4) as sessions:
        assert list(sessions.map(session, range(4))) == ["result"] * 4
    assert len(begun) == 1
    assert set(waited) == set(range(4)) - set(begun)


def test_work_that_is_stopped_lets_the_next_session_begin():
    kept = Results()
    with pytest.raises(KeyError), kept.turn("key", lambda: None):
        raise KeyError("stopped")
    with kept.turn("key", lambda: pytest.fail("nobody is at work")):
        kept.keep("key", 1)
    assert not kept.turns


@pytest.fixture
def bars(monkeypatch):
    """What bars were drawn: a bar is gone from the page once the work is done."""
    drawn = []
    draw = long_work.Bar.draw

    def spy(bar, text):
        drawn.append(text)
        draw(bar, text)

    monkeypatch.setattr(long_work.Bar, "draw", spy)
    return drawn


def opened(key="a", steps=3, pace=0.0):
    test = AppTest.from_function(page)
    for name, value in {"key": key, "steps": steps, "pace": pace, "clock": Clock()}.items():
        test.session_state[name] = value
    return test


def said(test):
    return [item.value for item in test.markdown]


def count(test, name):
    return test.session_state[name] if name in test.session_state else 0  # noqa: SIM401 - no get


def test_a_kept_result_is_given_without_working_again():
    test = opened().run()
    assert said(test) == ["result of a", "below the work"]
    test.run()
    assert said(test) == ["result of a", "below the work"]
    assert count(test, "begun") == 1


def test_another_session_shares_what_is_kept():
    opened().run()
    other = opened().run()
    assert said(other)[0] == "result of a"
    assert count(other, "begun") == 0


def test_another_content_is_other_work():
    test = opened().run()
    test.session_state["key"] = "b"
    test.run()
    assert said(test)[0] == "result of b"
    assert count(test, "begun") == 2


def test_short_work_draws_no_bar(bars):
    test = opened(steps=5, pace=PATIENCE / 6).run()
    assert bars == []
    assert not test.button
    assert said(test)[0] == "result of a"


def test_long_work_draws_one_bar_that_is_gone_when_it_ends(bars):
    test = opened(steps=20, pace=PATIENCE / 4).run()
    assert len(bars) == 1
    assert bars[0].startswith("Looking: ")
    assert not test.button
    assert not test.get("progress")
    assert said(test)[0] == "result of a"


def test_the_bar_says_how_long_it_will_take(bars):
    opened(steps=4, pace=10.0).run()
    assert bars == ["Looking: 25%, about 30 s left"]


def test_more_steps_than_wanted_never_pass_the_end_of_the_bar(monkeypatch, bars):
    bar = long_work.Bar("a", "Looking")
    monkeypatch.setattr(bar, "started", bar.started - 100)
    monkeypatch.setattr(bar, "moved", bar.moved - 100)
    bar(12, 10)
    monkeypatch.setattr(bar, "moved", bar.moved - 100)
    bar(0, 0)
    assert bars[0].startswith("Looking: 100%")


def test_work_that_fails_keeps_nothing():
    test = opened(steps=1)
    test.session_state["clock"] = None  # the work fails when it looks at the clock
    test.run()
    assert test.exception
    test.session_state["clock"] = Clock()
    test.run()
    assert not test.exception
    assert said(test)[0] == "result of a"


def stopping(test):
    """Press Stop while the work is on its way.

    A press reaches the work as an exception from the next drawing call; so it is made here, since
    a test page cannot be clicked while it runs.
    """
    from streamlit.runtime.scriptrunner_utils.exceptions import StopException

    def pressed(bar, _text):
        long_work.stop(bar.key)
        raise StopException

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_work.Bar, "draw", pressed)
        return test.run()


def test_stop_ends_the_work_and_keeps_nothing():
    test = stopping(opened(steps=20, pace=1.0))
    assert count(test, "begun") == 1
    assert count(test, "ended") == 0
    assert test.session_state[long_work.STOPPED] == "a"
    assert results().get("a") is None
    test.run()
    assert "Stopped" in test.warning[0].value
    assert "below the work" not in said(test)
    assert count(test, "begun") == 1


def test_stopped_work_starts_again_when_asked():
    test = stopping(opened(steps=20, pace=1.0))
    test.run()
    (again,) = test.button
    assert again.label == "Start again"
    again.click().run()
    assert not test.warning
    assert said(test) == ["result of a", "below the work"]
    assert count(test, "ended") == 1
    assert long_work.STOPPED not in test.session_state


def test_another_choice_after_a_stop_works_at_once():
    test = stopping(opened(steps=20, pace=1.0))
    test.session_state["key"] = "b"
    test.run()
    assert not test.warning
    assert said(test)[0] == "result of b"


def test_a_stop_in_one_session_is_none_in_another():
    stopping(opened(steps=20, pace=1.0))
    other = opened().run()
    assert said(other)[0] == "result of a"


def test_the_bar_comes_with_a_stop_button_that_names_its_work(monkeypatch):
    from streamlit.runtime.scriptrunner_utils.exceptions import StopException

    def end(bar, text):
        draw(bar, text)
        raise StopException

    draw = long_work.Bar.draw
    monkeypatch.setattr(long_work.Bar, "draw", end)
    test = opened(steps=20, pace=1.0).run()
    (stop,) = test.button
    assert stop.label == "Stop"
    monkeypatch.setattr(long_work.Bar, "draw", draw)
    stop.click().run()
    assert test.session_state[long_work.STOPPED] == "a"
    assert [item.label for item in test.button] == ["Start again"]
    assert count(test, "begun") == 1


def test_what_is_kept_is_bounded_and_the_longest_unused_goes():
    kept = Results()
    for key in range(RESULTS):
        kept.keep(key, f"result {key}")
    assert kept.get(0) == "result 0"  # used: now the youngest
    kept.keep("one more", "x")
    assert len(kept.kept) == RESULTS
    assert kept.get(0) == "result 0"
    assert kept.get(1) is None
    assert kept.get("one more") == "x"


def test_keeping_again_replaces_and_does_not_grow():
    kept = Results()
    for value in ("old", "new"):
        kept.keep("a", value)
    assert kept.get("a") == "new"
    assert len(kept.kept) == 1
    assert kept.get("never kept") is None


def test_many_sessions_may_keep_and_ask_at_once():
    kept = Results()

    def session(number):
        for turn in range(300):
            kept.keep((number, turn), turn)
            assert kept.get((number, turn)) in (turn, None)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(session, range(6)))
    assert len(kept.kept) == RESULTS
