"""Ids of two files: how many are shared, examples of the others, and what would mend them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from data.intake.content import pattern_of, plain_ids
from data.intake.draft import Draft, joined_ids
from data.intake.interview import Interview, Question
from data.recipe.parts import Column
from data.recipe.rows import Filter

ENOUGH = 0.95
BETTER = 0.1
LONGEST_CUT = 9
SHOWN = 5
MOST_ASKED = 200
LEAST_LENGTH = 4
HALF = 0.5
AS_THEY_ARE = "as they are"
OTHER_FORM = "An id of another form: no school of these files."
NO_OTHERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Match:
    """How far the ids of a list are those of the schools with a figure.

    Attributes
    ----------
    file : str
        The list.
    shared, schools : int
        Schools with a figure that the list has, and all of them.
    lacking : tuple of str
        Examples of those that it has not.
    """

    file: str
    shared: int
    schools: int
    lacking: tuple[str, ...]

    @property
    def units(self) -> int:
        """Schools with a figure."""
        return self.schools

    @property
    def share(self) -> float:
        """Part of the schools with a figure that the list has."""
        return self.shared / self.schools if self.schools else 0.0

    @property
    def words(self) -> str:
        """One sentence."""
        some = f" Not there: {', '.join(self.lacking)}." if self.lacking else ""
        return f"{self.shared:,} of {self.schools:,} schools with a figure are in it.{some}"


@dataclass(frozen=True)
class Mend:
    """A change of ids that a recipe can write: parts that a pattern finds, and zeros in front."""

    name: str
    pattern: str = ""
    replace: str = "\\1"
    pad: int = 0

    def of(self, ids: pd.Series) -> pd.Series:
        """Change ids; those that the pattern does not fit are empty."""
        plain = ids
        if self.pattern:
            fits = ids.str.fullmatch(self.pattern).astype(bool)
            plain = ids.str.replace(f"^{self.pattern}$", self.replace, regex=True).where(fits, "")
        return plain.str.zfill(self.pad).where(plain.ne(""), plain) if self.pad else plain

    def draft(self, draft: Draft) -> Draft:
        """Write the change into a draft; ids that the pattern does not fit are left out."""
        column, identifier = draft.recipe.columns["school_id"], draft.recipe.identifier
        raw = pd.Series(draft.ids, dtype="str")
        filters = draft.recipe.filters
        if self.pattern:
            column = replace(column, pattern=self.pattern, replace=self.replace)
            if not identifier.also and not raw.str.fullmatch(self.pattern).all():
                reason = "An id of another form: no school of these files."
                filters = (
                    *filters,
                    Filter(column=column.column, regex=self.pattern, reason=reason),
                )
        ids = self.of(raw)
        fresh = replace(
            identifier, pattern=pattern_of(ids[ids.ne("")]), pad=self.pad or identifier.pad
        )
        columns: dict[str, Column] = {**draft.recipe.columns, "school_id": column}
        recipe = replace(draft.recipe, columns=columns, identifier=fresh, filters=filters)
        return replace(draft, recipe=recipe)


NOTHING = Mend(AS_THEY_ARE)
STATE_PARTS = (
    Mend("the parts behind the state put together", r"[A-Z]{2}-([^-]+)-([^-]+)", r"\1\2"),
    Mend("the last of the parts", r"(?:.*-)([^-]+)"),
    Mend("without hyphens", r"([^-]+)-([^-]+)-([^-]+)", r"\1\2\3"),
)
"""How federal files write the ids of states: CA-1964733-6057426."""


def ids_of(draft: Draft) -> set[str]:
    """Give the ids of a draft as its recipe makes them."""
    ids, recipe = pd.Series(draft.ids, dtype="str"), draft.recipe
    column = recipe.columns["school_id"]
    if column.pattern:
        ids = Mend("", column.pattern, column.replace).of(ids)
    if recipe.identifier.pad:
        ids = ids.str.zfill(recipe.identifier.pad).where(ids.ne(""), ids)
    return {recipe.identifier.ids.get(each, each) for each in ids} - {""}


def matched(draft: Draft, wanted: set[str], others: Mapping[str, str] = NO_OTHERS) -> Match:
    """Compare a list with the schools that have a figure; `others` name them by another id."""
    own = {others.get(each, each) for each in ids_of(draft)}
    lacking = sorted(wanted - own)
    shared = len(wanted) - len(lacking)
    return Match(draft.table.name, shared, len(wanted), tuple(lacking[:SHOWN]))


def renamed(draft: Draft, listed: set[str], wanted: set[str], interview: Interview) -> Draft:
    """Ask about schools that no list has and whose id differs in its beginning from an idle one.

    Parameters
    ----------
    draft : Draft
        A file of absence.
    listed, wanted : set of str
        Ids of the lists of schools, and of all schools with a figure.
    interview : Interview
    """
    lacking, idle = sorted(ids_of(draft) - listed), listed - wanted
    same: dict[str, str] = {}
    for each in lacking[:MOST_ASKED]:
        alike = sorted(one for one in idle if len(one) == len(each) and one[2:] == each[2:])
        if len(alike) == 1 and len(each) > LEAST_LENGTH:
            asked = Question(
                ("files", draft.table.name, "same", each),
                f"No list of schools has {each} of {draft.table.name}. Is it {alike[0]}?",
                "",
                f"{alike[0]} is listed, has no figure, and ends alike.",
                (alike[0],),
            )
            if answer := interview.text(asked):
                same[each] = answer
    if not same:
        return draft
    identifier = replace(draft.recipe.identifier, ids={**draft.recipe.identifier.ids, **same})
    return replace(draft, recipe=replace(draft.recipe, identifier=identifier))


def one_width(drafts: Sequence[Draft]) -> list[Draft]:
    """Restore leading zeros in files whose ids are numbers of one width in another of them.

    Parts of ids are filled to the same lengths in all files that have as many.
    """
    drafts = _same_pads(drafts)
    ids = [ids_of(draft) for draft in drafts]
    full = [
        each
        for each in ids
        if all(map(str.isdigit, each))
        and len(set(map(len, each))) == 1
        and any(one.startswith("0") for one in each)
    ]
    return [_filled(draft, own, full) for draft, own in zip(drafts, ids, strict=True)]


def _filled(draft: Draft, own: set[str], full: Sequence[set[str]]) -> Draft:
    """Fill ids with zeros to the width of those of another file that has the same schools."""
    if not own or not all(map(str.isdigit, own)):
        return draft
    plain = {each.lstrip("0") for each in own}
    widths = [
        len(next(iter(other)))
        for other in full
        if len(plain & {each.lstrip("0") for each in other}) > HALF * min(len(plain), len(other))
    ]
    width = max(widths, default=0)
    if min(map(len, own)) < width >= max(map(len, own)):
        return Mend("zeros", pad=width).draft(draft)
    return draft


def _same_pads(drafts: Sequence[Draft]) -> list[Draft]:
    known: dict[int, tuple[int, ...]] = {}
    for draft in drafts:
        if draft.by_name:
            continue
        pads = draft.recipe.identifier.pads
        most = known.get(len(pads), pads)
        known[len(pads)] = tuple(map(max, pads, most))
    fresh = []
    for draft in drafts:
        if draft.by_name:
            fresh.append(draft)
            continue
        identifier = draft.recipe.identifier
        wider = replace(identifier, pads=known[len(identifier.pads)])
        changed = replace(draft, recipe=replace(draft.recipe, identifier=wider))
        ids = pd.Series(changed.ids, dtype="str")
        named = replace(wider, pattern=pattern_of(ids)) if wider != identifier else identifier
        fresh.append(replace(draft, recipe=replace(draft.recipe, identifier=named)))
    return fresh


def others_known(lists: Sequence[Draft]) -> dict[str, str]:
    """Give the other ids (of the NCES) that lists know schools by, to the ids of the schools."""
    known: dict[str, str] = {}
    for each in lists:
        if "other_id" in each.recipe.columns:
            column, other = (each.recipe.columns[name] for name in ("school_id", "other_id"))
            headers = [column.column, *each.recipe.identifier.also]
            cells = each.cells[[*headers, other.column]].drop_duplicates()
            ids = joined_ids(cells, headers, each.recipe.identifier)
            if column.pattern:
                ids = Mend("", column.pattern, column.replace).of(ids)
            if pad := each.recipe.identifier.pad:
                ids = ids.str.zfill(pad)
            known |= dict(zip(plain_ids(cells[other.column]), ids, strict=True))
    return known


def mended(draft: Draft, wanted: set[str], interview: Interview) -> Draft:
    """Mend the ids of a list so that they are those of the schools with a figure.

    Asked when under 95 of 100 are shared and a change would share more.
    """
    before = matched(draft, wanted)
    if before.share >= ENOUGH:
        return draft
    mends = list(_mends(pd.Series(sorted(ids_of(draft)), dtype="str"), wanted))
    best = max(mends, key=lambda each: each[1], default=(NOTHING, before.share))
    if best[1] < before.share + BETTER:
        return draft
    named = {mend.name: mend for mend, share in mends if share >= before.share + BETTER}
    asked = Question(
        ("files", draft.table.name, "ids"),
        f"How do the ids of {draft.table.name} become those of the attendance file?",
        best[0].name,
        f"{before.words} With {best[0].name}: {best[1]:.0%}".replace("%", " %") + " of them.",
        (*(name for name in named if name != best[0].name), AS_THEY_ARE),
        sure=best[1] >= ENOUGH,
    )
    chosen = interview.text(asked)
    return named[chosen].draft(draft) if chosen in named else draft


def _mends(ids: pd.Series, wanted: set[str]) -> list[tuple[Mend, float]]:
    """List changes of the ids of a list, and the part of the schools that each would share."""
    target = max(map(len, wanted), default=0)
    one_length = {len(each) for each in wanted} == {target}
    longest = int(ids.str.len().max())
    tried = list(STATE_PARTS) if ids.str.contains("-", regex=False).any() else []
    if one_length:
        tried.append(Mend(f"zeros in front to {target} characters", pad=target))
        tried += [replace(each, pad=target) for each in tried[: len(STATE_PARTS)] if each.pattern]
    for cut in range(1, min(LONGEST_CUT, longest - 1) + 1):
        front = f".{{{cut}}}(.+)"
        tried.append(Mend(f"the first {cut} characters left out", front))
        tried.append(Mend(f"the last {cut} characters left out", f"(.+).{{{cut}}}"))
        if one_length:
            words = f"the first {cut} left out, zeros in front to {target}"
            tried.append(Mend(words, front, pad=target))
    changed = ((mend, mend.of(ids)) for mend in tried)
    shares = [
        (mend, len(set(own) & wanted) / len(wanted))
        for mend, own in changed
        if not own[own.ne("")].duplicated().any()
    ]
    return [(mend, share) for mend, share in shares if share]
