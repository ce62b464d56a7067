"""Own evidence kept beside the published: put into the library of the place, and taken out."""

from __future__ import annotations

from functools import partial

import streamlit as st

from data.evidence import Strategy
from data.plan.own_evidence import OWN_EVIDENCE, OwnEvidence, id_of, keeping, made
from data.plan.store import Change, ConflictError, Stored
from data.views.programmes import Programme
from ui import queries, roles
from ui.languages import mark, text
from ui.plan import saving, speaker, strategies
from ui.plan import words as plan_words
from ui.queries import evaluation as queries_evaluation
from ui.queries import plan as queries_plan
from ui.queries.plan import OwnKept
from ui.selection import Selection
from ui.words.as_written import as_written

HOW = mark(
    "Kept evidence stands in the Plan beside the published, marked as own, for all who read this"
    " place here. It stays “to be verified”. Keep what showed nothing too: else only what worked is"
    " remembered."
)
ANALYSTS = mark("Only an analyst keeps or removes own evidence.")


def offer(own: Strategy, strategy: str, programme: Programme, selection: Selection) -> None:
    """Offer to keep an entry; list what is kept, each with a way out.

    Parameters
    ----------
    own : Strategy
        In English, of what anyone may see.
    strategy : str
        Id of the published strategy beside it.
    programme : Programme
    selection : Selection
    """
    here = queries_plan.own_evidence(selection)
    if not _may_change(selection.area, here):
        return
    area = selection.area
    id_ = id_of(area, selection.level, strategy, queries_evaluation.digest(programme))
    kept = made(queries.panel(selection).area.name, strategy, own)
    known = here.known(id_)
    same = known is not None and not known.removed and known.entry == kept
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        speaker.choose("did-role")
        st.button(
            text("Keep it in the library of this place"),
            key="did-keep",
            on_click=_send,
            args=(area, keeping(id_, kept, saving.role(), known), mark("It is in the library.")),
            disabled=same or not saving.role(),
            help=None if saving.role() else text("Choose whom you speak for first."),
        )
    st.caption(as_written(text("It is in the library.") if same else text(HOW)))
    _way_out(area, here)


def library(selection: Selection) -> None:
    """Draw every strategy with own evidence below the published, and a way to take own out."""
    here = queries_plan.own_evidence(selection)
    strategies.library(here)
    if here.entries and _may_change(selection.area, here):
        speaker.choose("library-role")
        _way_out(selection.area, here)


def _may_change(area: str, here: OwnKept) -> bool:
    """Say what was saved; whether the reader may change what is kept, and why not."""
    if here.trouble is not None:
        st.error(as_written(plan_words.trouble(here.trouble)))
        return False
    _report(area)
    if roles.role() != "analyst":
        st.caption(as_written(text(ANALYSTS)))
        return False
    return True


def _way_out(area: str, here: OwnKept) -> None:
    """List what is kept, and offer to take one out."""
    if not here.entries:
        return
    named = {each.id: _name(each) for each in here.entries}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            text("Own evidence kept here"),
            list(named),
            format_func=lambda id_: named.get(id_, ""),
            key="kept-own",
        )
        one = here.known(chosen) or here.entries[0]
        st.button(
            text("Take it out of the library"),
            key="kept-take-out",
            on_click=_send,
            args=(
                area,
                Change("remove", saving.role(), one.id, one.version),
                mark("It is out of the library. Its history stays."),
            ),
            disabled=not saving.role(),
            help=None if saving.role() else text("Choose whom you speak for first."),
        )


def _name(kept: Stored[OwnEvidence]) -> str:
    """Name what is kept: of what, what was found, by whom and when."""
    when = plan_words.moment(kept.changed_at, "%Y-%m-%d")
    what = plan_words.strategy(kept.entry.strategy)
    found, who = strategies.found_text(kept.entry.read()), plan_words.role(kept.changed_by)
    return f"{what}: {found} ({who}, {when})"


def _send(area: str, change: Change[OwnEvidence], said: str) -> None:
    saving.send(area, (change,), {}, partial(saving.say, said, OWN_EVIDENCE), OWN_EVIDENCE)


def _report(area: str) -> None:
    """Say what was saved, or why not; who was second sees what is there now."""
    saving.report(area, OWN_EVIDENCE)
    waiting = saving.waiting(area, OWN_EVIDENCE)
    if waiting is not None and isinstance(waiting.error, ConflictError):
        st.error(as_written(plan_words.trouble(waiting.error)))
        saving.drop(OWN_EVIDENCE)
