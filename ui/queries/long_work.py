"""Long work: done once for all who wait for it, in a thread of its own, with a bar and a Stop.

The script of a reader only waits: it draws the bar, and is free for what the reader chooses next.
Work that nobody waits for any more ends at its next step; nothing half done is kept.
"""

from __future__ import annotations

import contextvars
import copy
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from analytics.inputs import Progress
from ui import roles
from ui.languages import text
from ui.queries.cache import kept
from ui.queries.stored import Shelf, shelf
from ui.words.as_written import as_written

T = TypeVar("T")
RESULTS = 64
TURN = 0.2  # seconds between moves of a bar, and between looks at what its reader chose
STOPPED = "stopped_work"
OWN_RESULT = "result_of_own_file"
PATIENCE = 0.6  # seconds of silence before a bar appears: most work is done by then


class UnwantedError(Exception):
    """Ends work that nobody waits for any more."""


@dataclass
class Job:
    """Work that is being done, for one reader or many.

    Attributes
    ----------
    done, wanted : int
        Steps, as the work last told.
    readers : int
        How many wait for it.
    """

    done: int = 0
    wanted: int = 0
    readers: int = 0
    made: Any = None
    failed: BaseException | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    def __call__(self, done: int, wanted: int) -> None:
        """Take note of a step; end the work where nobody waits."""
        if not self.readers:
            raise UnwantedError
        self.done, self.wanted = done, wanted

    def begin(self, work: Callable[[Progress], object]) -> None:
        """Start the work, with language and figures of the reader who asked; it draws nothing."""

        def run() -> None:
            try:
                self.made = work(self)
            except BaseException as error:  # raised again where it is waited for
                self.failed = error
            finally:
                self.ended.set()

        context = contextvars.copy_context()
        context.run(roles.settle)
        thread = threading.Thread(target=context.run, args=(run,), daemon=True, name="long work")
        asked_by = get_script_run_ctx(suppress_warning=True)
        if asked_by is not None:
            reader = copy.copy(asked_by)
            reader._enqueue = _draw_nothing
            reader.yield_check = _go_on
            reader.cursors = {}
            add_script_run_ctx(thread, reader)
        thread.start()


def _draw_nothing(_message: object) -> None:
    """Send nothing to the page of the reader who asked first: it may show something else by now."""


def _go_on() -> None:
    """Go on, whatever the reader who asked first does: others may wait."""


@dataclass
class Results:
    """Results of long work by the key of their content; shared by all sessions, never changed."""

    kept: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    jobs: dict[Hashable, Job] = field(default_factory=dict)

    @contextmanager
    def job(self, key: Hashable, work: Callable[[Progress], object]) -> Iterator[Job]:
        """Wait, in the block, for work that is begun unless it is on its way."""
        with self.lock:
            job = self.jobs.get(key)
            if job is None or job.failed is not None or not job.readers:
                job = self.jobs[key] = Job()
                job.readers = 1
                job.begin(work)
            else:
                job.readers += 1
        try:
            yield job
        finally:
            with self.lock:
                job.readers -= 1
                if not job.readers and self.jobs.get(key) is job:
                    del self.jobs[key]

    def keep(self, key: Hashable, value: object) -> None:
        """Keep a result; the one longest unused goes."""
        with self.lock:
            self.kept[key] = value
            self.kept.move_to_end(key)
            while len(self.kept) > RESULTS:
                self.kept.popitem(last=False)

    def get(self, key: Hashable) -> Any:
        """Give a kept result, or None."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)


@kept("results of long work")
def results() -> Results:
    """Give the results that all sessions share."""
    return Results()


def result(key: Hashable, what: str, work: Callable[[Progress], T], *, stored: bool = True) -> T:
    """Give a kept result, or have the work done with a bar and a way to stop it.

    Stopping, or changing any control, ends the wait; the work goes on while others wait for it.

    Parameters
    ----------
    key : hashable
        The content of the work: place, build and every choice that matters.
    what : str
        What is being done, for the bar: "Testing 24 ways".
    work : callable
        Takes a callback of steps done and steps wanted; gives the result, never None. It draws
        nothing.
    stored : bool
        Keep it on disk too; not where it hangs on how much time there was.
    """
    shared = results()
    found = shared.get(key)
    if found is not None:
        return cast("T", found)
    own = shelf(key) if stored else Shelf(None)

    def make(progress: Progress) -> T:
        before = shared.get(key)  # by who ended while this reader was about to ask
        if before is not None:
            return cast("T", before)
        made = work(progress)
        own.put(made)
        shared.keep(key, made)
        return made

    found = own.take()
    if found is not None:
        shared.keep(key, found)
        return cast("T", found)
    return _waited(key, what, make, shared)


def result_for_one(key: Hashable, what: str, work: Callable[[Progress], T]) -> T:
    """Have work done as `result` does, and keep its result for this session alone: the last one.

    Parameters
    ----------
    key, what, work
        See `result`.
    """
    found = st.session_state.get(OWN_RESULT)
    if found is not None and found[0] == key:
        return cast("T", found[1])
    made = _waited(key, what, work, Results())
    st.session_state[OWN_RESULT] = (key, made)
    return made


def _waited(key: Hashable, what: str, work: Callable[[Progress], T], shared: Results) -> T:
    """Wait for work, with a bar once it has taken a while."""
    if st.session_state.get(STOPPED) == key:
        _offer_again(what)
    bar = Bar(key, what)
    with shared.job(key, work) as job:
        while not job.ended.wait(TURN):
            bar(job.done, job.wanted)
    bar.place.empty()
    if job.failed is not None:
        raise job.failed
    return cast("T", job.made)


class Bar:
    """Callback that draws a bar and a Stop button once the work has taken a while."""

    def __init__(self, key: Hashable, what: str) -> None:
        self.key, self.what = key, what
        self.place = st.empty()
        self.started = time.monotonic()
        self.bar: Any = None

    def __call__(self, done: int, wanted: int) -> None:
        """Move the bar, once it is time for one."""
        taken = time.monotonic() - self.started
        if taken < PATIENCE:
            return
        share = min(done / wanted, 1.0) if wanted else 0.0
        said = f"{self.what}: {share:.0%}"
        if share > 0.1:
            said += text(", about {seconds} s left", seconds=f"{taken * (1 - share) / share:.0f}")
        if self.bar is None:
            self.draw(said)
        self.bar.progress(share, as_written(said))

    def draw(self, said: str) -> None:
        """Draw the bar with its button."""
        with self.place.container():
            self.bar = st.progress(0.0, as_written(said))
            st.button(text("Stop"), key=f"stop-{self.key!r}", on_click=stop, args=(self.key,))


def stop(key: Hashable) -> None:
    """Remember in this session that the work is not wanted."""
    st.session_state[STOPPED] = key


def _offer_again(what: str) -> None:
    """Say that the work was stopped, and how to start it again."""
    said = text(
        "Stopped: “{work}” was not finished. Choose something else, or start it again.", work=what
    )
    st.warning(as_written(said))
    if st.button(text("Start again"), key=f"again-{what}"):
        del st.session_state[STOPPED]
        st.rerun()
    st.stop()
