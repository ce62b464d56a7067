"""Long work: kept by content, once for all who wait, a way to stop, nothing half done kept."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.testing.v1 import AppTest

from ui.queries import long_work
from ui.queries.long_work import RESULTS, Results, UnwantedError, results

STEP = 0.01  # seconds
SHORT, LONG = 2, 100  # steps: well below and well beyond the patience of these tests
PATIENT = 0.2


def page() -> None:
    """A page with one long piece of work; the test sets its length in session state."""
    import time

    import streamlit as st

    from ui.queries import long_work

    state = st.session_state

    def work(progress):
        state["begun"] = state.get("begun", 0) + 1
        for step in range(1, state["steps"] + 1):
            time.sleep(0.01)
            progress(step, state["steps"])
        if state["fails"]:
            raise OSError("the disk is gone")
        state["ended"] = state.get("ended", 0) + 1
        return f"result of {state['key']}"

    st.write(long_work.result(state["key"], "Looking", work))
    st.write("below the work")


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(long_work, "PATIENCE", PATIENT)
    monkeypatch.setattr(long_work, "TURN", 0.02)
    results.clear()
    yield
    results.clear()


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


def opened(key="a", steps=SHORT, *, fails=False):
    test = AppTest.from_function(page)
    for name, value in {"key": key, "steps": steps, "fails": fails}.items():
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
    test = opened().run()
    assert bars == []
    assert not test.button
    assert said(test)[0] == "result of a"


def test_long_work_draws_one_bar_that_is_gone_when_it_ends(bars):
    test = opened(steps=LONG).run()
    assert len(bars) == 1
    assert bars[0].startswith("Looking: ")
    assert bars[0].endswith(" s left")
    assert not test.button
    assert not test.get("progress")
    assert said(test)[0] == "result of a"


def test_more_steps_than_wanted_never_pass_the_end_of_the_bar(monkeypatch, bars):
    bar = long_work.Bar("a", "Looking")
    monkeypatch.setattr(bar, "started", bar.started - 100)
    bar(12, 10)
    bar(0, 0)
    assert bars[0].startswith("Looking: 100%")


def test_work_that_fails_says_so_to_its_reader_and_keeps_nothing():
    test = opened(fails=True).run()
    assert test.exception
    assert results().get("a") is None
    test.session_state["fails"] = False
    test.run()
    assert not test.exception
    assert said(test)[0] == "result of a"


def test_readers_who_want_the_same_wait_and_the_work_is_done_once():
    kept, begun = Results(), []

    def work(_progress):
        begun.append(threading.current_thread().name)
        time.sleep(0.3)
        return "result"

    def reader(_number):
        with kept.job("key", work) as job:
            job.ended.wait()
            return job.made

    with ThreadPoolExecutor(4) as readers:
        assert list(readers.map(reader, range(4))) == ["result"] * 4
    assert begun == ["long work"]
    assert not kept.jobs


def test_work_goes_on_for_the_others_when_one_reader_leaves():
    kept, steps = Results(), threading.Semaphore(0)

    def work(progress):
        for step in range(5):
            steps.acquire()
            progress(step, 5)
        return "result"

    with kept.job("key", work) as second:
        with kept.job("key", work) as first:
            assert first is second
        steps.release(5)
        assert second.ended.wait(10)
    assert second.made == "result"


def test_work_that_nobody_waits_for_ends_and_the_next_reader_begins_anew():
    kept, go, ended = Results(), threading.Event(), []

    def work(progress):
        go.wait(10)
        try:
            progress(1, 2)
        except UnwantedError:
            ended.append("unwanted")
            raise
        return "result"

    with kept.job("key", work) as left:
        pass
    assert not kept.jobs
    go.set()
    assert left.ended.wait(10)
    assert ended == ["unwanted"]
    with kept.job("key", work) as again:
        assert again.ended.wait(10)
    assert again.made == "result"


def test_what_fails_is_told_to_all_who_wait():
    kept, go = Results(), threading.Event()

    def work(_progress):
        go.wait(10)
        raise OSError("the disk is gone")

    with kept.job("key", work) as first, kept.job("key", work) as second:
        go.set()
        assert first.ended.wait(10)
        assert first is second
        assert isinstance(second.failed, OSError)


def stopping(test):
    """Press Stop while the work is on its way.

    A press reaches the waiting script as an exception from its next drawing call; so it is made
    here, since a test page cannot be clicked while it runs.
    """

    def pressed(bar, _text):
        long_work.stop(bar.key)
        raise StopException

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_work.Bar, "draw", pressed)
        return test.run()


def test_stop_ends_the_work_and_keeps_nothing():
    test = stopping(opened(steps=LONG))
    assert count(test, "begun") == 1
    time.sleep(10 * STEP)
    assert count(test, "ended") == 0
    assert not results().jobs
    assert test.session_state[long_work.STOPPED] == "a"
    test.run()
    assert "Stopped" in test.warning[0].value
    assert "below the work" not in said(test)
    assert results().get("a") is None
    assert count(test, "begun") == 1


def test_stopped_work_starts_again_when_asked():
    test = stopping(opened(steps=LONG))
    test.run()
    (again,) = test.button
    assert again.label == "Start again"
    test.session_state["steps"] = SHORT
    again.click().run()
    assert not test.warning
    assert said(test) == ["result of a", "below the work"]
    assert count(test, "ended") == 1
    assert long_work.STOPPED not in test.session_state


def test_another_choice_after_a_stop_works_at_once():
    test = stopping(opened(steps=LONG))
    test.session_state["key"] = "b"
    test.session_state["steps"] = SHORT
    test.run()
    assert not test.warning
    assert said(test)[0] == "result of b"


def test_a_stop_in_one_session_is_none_in_another():
    stopping(opened(steps=LONG))
    other = opened().run()
    assert said(other)[0] == "result of a"


def test_the_bar_comes_with_a_stop_button_that_names_its_work(monkeypatch):
    def end(bar, text):
        draw(bar, text)
        raise StopException

    draw = long_work.Bar.draw
    monkeypatch.setattr(long_work.Bar, "draw", end)
    test = opened(steps=LONG).run()
    (stop,) = test.button
    assert stop.label == "Stop"
    monkeypatch.setattr(long_work.Bar, "draw", draw)
    stop.click().run()
    assert test.session_state[long_work.STOPPED] == "a"
    assert [item.label for item in test.button] == ["Start again"]
    assert count(test, "begun") == 1


def test_work_knows_language_and_role_of_its_reader_and_draws_on_no_page():
    def page() -> None:
        import streamlit as st

        from ui import languages, roles
        from ui.queries import long_work

        languages.speak("es")

        def work(_progress):
            st.write("drawn by the work")
            return f"{languages.spoken()} {roles.role()}"

        st.write(long_work.result("who asks", "Looking", work))

    test = AppTest.from_function(page).run()
    assert not test.exception
    assert said(test) == ["es analyst"]


def test_work_opens_the_figures_it_was_asked_of_whatever_its_reader_does_meanwhile(monkeypatch):
    """Else counts for an analyst alone could be kept as what anyone may see."""
    from ui import roles

    presents = [True]
    monkeypatch.setenv("ATLAS_ANALYST_SEES", "all")
    monkeypatch.setattr("ui.present.is_on", lambda: presents[0])

    def work(_progress):
        presents[0] = False  # the reader ends coalition mode
        return f"{roles.copy()} {queries_place()}"

    def queries_place():
        from ui.queries import stored

        monkeypatch.setattr(stored, "panel_path", lambda _slug: Path(__file__).parent)
        monkeypatch.setattr(stored, "FILE_NAME", Path(__file__).name)
        return stored.place("anywhere").copy

    def page() -> None:
        import streamlit as st

        from ui.queries import long_work

        st.write(long_work.result("asked while presenting", "Looking", st.session_state["work"]))

    test = AppTest.from_function(page)
    test.session_state["work"] = work
    test.run()
    assert not test.exception
    assert said(test) == ["protected protected"]
    assert roles._settled.get() is None


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
