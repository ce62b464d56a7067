"""Ids of two files: how many are shared, examples of the others, and what would mend them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from data.intake.content import pattern_of
from data.intake.draft import Draft
from data.intake.interview import Interview, Question
from data.recipe.parts import Column

ENOUGH = 0.95
BETTER = 0.1
LONGEST_CUT = 9
SHOWN = 5
MOST_ASKED = 200
LEAST_LENGTH = 4
AS_THEY_ARE = "as they are"


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
    """A change of ids that a recipe can write."""

    name: str
    cut: int = 0
    tail: int = 0
    pad: int = 0

    def of(self, ids: pd.Series) -> pd.Series:
        """Change ids."""
        plain = ids.str[self.cut :] if self.cut else ids
        plain = plain.str[: -self.tail] if self.tail else plain
        return plain.str.zfill(self.pad).where(plain.ne(""), plain) if self.pad else plain

    def draft(self, draft: Draft) -> Draft:
        """Write the change into a draft."""
        column, identifier = draft.recipe.columns["school_id"], draft.recipe.identifier
        ids = self.of(pd.Series(draft.ids, dtype="str"))
        if self.cut or self.tail:
            pattern = f".{{{self.cut}}}(.+).{{{self.tail}}}"
            column = replace(column, pattern=pattern, replace="\\1")
        fresh = replace(identifier, pattern=pattern_of(ids), pad=self.pad or identifier.pad)
        columns: dict[str, Column] = {**draft.recipe.columns, "school_id": column}
        recipe = replace(draft.recipe, columns=columns, identifier=fresh)
        return replace(draft, recipe=recipe)


NOTHING = Mend(AS_THEY_ARE)


def ids_of(draft: Draft) -> set[str]:
    """Give the ids of a draft as its recipe makes them."""
    ids, recipe = pd.Series(draft.ids, dtype="str"), draft.recipe
    column = recipe.columns["school_id"]
    if column.pattern:
        ids = ids.str.replace(f"^{column.pattern}$", column.replace, regex=True)
    if recipe.identifier.pad:
        ids = ids.str.zfill(recipe.identifier.pad).where(ids.ne(""), ids)
    return {recipe.identifier.ids.get(each, each) for each in ids} - {""}


def matched(draft: Draft, wanted: set[str]) -> Match:
    """Compare a list with the schools that have a figure."""
    own = ids_of(draft)
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
    numeric = [draft for draft in drafts if all(map(str.isdigit, ids_of(draft)))]
    lengths = [set(map(len, ids_of(draft))) for draft in numeric]
    full = [
        next(iter(each))
        for draft, each in zip(numeric, lengths, strict=True)
        if len(each) == 1 and any(one.startswith("0") for one in ids_of(draft))
    ]
    if not full:
        return list(drafts)
    width = max(full)
    pad = Mend("zeros", pad=width)
    return [
        pad.draft(draft)
        if any(draft is each for each in numeric)
        and min(map(len, ids_of(draft))) < width >= max(map(len, ids_of(draft)))
        else draft
        for draft in drafts
    ]


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
    tried: list[Mend] = []
    if one_length:
        tried.append(Mend(f"zeros in front to {target} characters", pad=target))
    for cut in range(1, min(LONGEST_CUT, longest - 1) + 1):
        tried.append(Mend(f"the first {cut} characters left out", cut=cut))
        tried.append(Mend(f"the last {cut} characters left out", tail=cut))
        if one_length:
            words = f"the first {cut} left out, zeros in front to {target}"
            tried.append(Mend(words, cut=cut, pad=target))
    changed = ((mend, mend.of(ids)) for mend in tried)
    shares = [
        (mend, len(set(own) & wanted) / len(wanted))
        for mend, own in changed
        if not own.duplicated().any()
    ]
    return [(mend, share) for mend, share in shares if share]
