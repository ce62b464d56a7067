"""What the user chose: the cache key, the share link and the test input in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from typing import Any

from data.contracts.vocabulary import CATCHMENTS as CATCHMENTS
from data.contracts.vocabulary import METHODS as METHODS
from data.contracts.vocabulary import NEIGHBOURS as NEIGHBOURS
from data.contracts.vocabulary import PROVIDER_KINDS, RESPONDENTS
from data.evidence import evidence
from data.recipe.scales import scales
from data.views import programmes
from data.voices.codebook import AREAS, GROUPS, WHO
from ui import languages
from ui.languages import mark, text

MEASURES: Mapping[str, str] = {
    "ratio": mark("Ratio to expected"),
    "crude": mark("Share of students"),
    "eb": mark("Share, steadied"),
}
ALPHAS: Mapping[float, str] = {
    0.01: mark("1 % (strict)"),
    0.05: mark("5 % (usual)"),
    0.1: mark("10 % (loose)"),
}
SINGLE_TESTS = ("gi_star", "local_moran")
"""Methods that are one test with its own neighbours."""
BY_COUNTY = ("consensus", *SINGLE_TESTS)
"""Methods that can look at each county by itself."""
NULLS: Mapping[str, str] = {
    "schools": mark("Schools rearranged"),
    "schools_within": mark("Schools rearranged within each county"),
    "areas": mark("Tracts rearranged"),
    "constant_risk": mark("One risk everywhere"),
}
VIEWS: Mapping[str, str] = {
    "": mark("The condition alone"),
    "together": mark("Condition and absence together"),
}
"""What the map of social drivers shows."""
RANKS: Mapping[str, str] = {
    "": mark("Students beyond expected"),
    "rate": mark("Share of students"),
}
"""What a list of schools or places to help is ranked by."""
UNITS: Mapping[str, str] = {
    "": mark("Census tracts"),
    "neighbourhood": mark("Neighbourhoods"),
}
"""What maps and lists are of."""
LISTS: Mapping[str, str] = {
    "neighbourhood": mark("Neighbourhoods"),
    "county": mark("Counties or boroughs"),
    "district": mark("School districts"),
    "group": mark("Groups of hot tracts"),
    "tract": mark("Census tracts"),
    "school": mark("Schools"),
}
"""What priorities and goals are listed of; "" is the first of them that a place has."""
REFERENCES: Mapping[str, str] = {
    "": mark("The rest of the place, by level"),
    "quarter": mark("The best quarter of schools"),
    "0.1": mark("A target of 10 %"),
    "0.15": mark("A target of 15 %"),
    "0.2": mark("A target of 20 %"),
}
"""What students are counted beyond."""
TOPS: Mapping[int, str] = {5: mark("First 5"), 10: mark("First 10"), 20: mark("First 20")}
"""How many places a room can act on."""
ORDERS: Mapping[str, str] = {
    "": mark("Students beyond the reference"),
    "chance": mark("Chance to be among the first"),
}
"""What the list of priorities is in order of."""
CRITERIA: Mapping[str, str] = {
    "excess": mark("Students beyond the reference"),
    "rate": mark("Share of students chronically absent"),
    "persistence": mark("Years above the rest"),
    "condition": mark("The condition chosen"),
    "temporary_housing": mark("Students in temporary housing"),
    "coverage": mark("How well the figures cover children here"),
}
"""What a list may weigh; the digits of `weights` are in this order."""
WEIGHTS: Mapping[str, str] = {
    "0": mark("not counted"),
    "1": mark("a little"),
    "2": mark("as usual"),
    "3": mark("much"),
}
GOALS_OF: Mapping[str, str] = {
    "county": mark("Counties or boroughs"),
    "district": mark("School districts"),
    "neighbourhood": mark("Neighbourhoods"),
    "school": mark("Schools"),
}
"""Whose goals are listed; "" is the first of them that a place has."""
MOVED_OF: Mapping[str, str] = {
    "": mark("Schools"),
    "neighbourhood": mark("Neighbourhoods"),
    "county": mark("Counties or boroughs"),
}
"""Whose attendance of this year is listed."""
GAPS: Mapping[str, str] = {
    "fifth": mark("Fifths of a condition"),
    "student_group": mark("Student groups"),
    "grade": mark("Grades"),
    "level": mark("School levels"),
    "county": mark("Counties or boroughs"),
    "district": mark("School districts"),
}
"""Between what gaps are shown; "" is the first of them that a place has."""
GOALS: Mapping[str, str] = {
    "": mark("Half in five years"),
    "california": mark("California's path: 12.5 % by 2030"),
    "own": mark("Our own goal"),
}
"""What a place holds itself to."""
SHAPES: Mapping[str, str] = {
    "": mark("The same part fewer each year"),
    "linear": mark("The same points fewer each year"),
}
"""How a path goes from its base to its goal."""
SPANS = tuple(f"{low}-{high}" for low in range(0, 101, 10) for high in range(low, 101, 10) if high)
"""Least and most, in percent, of how far a strategy reaches or how much of it comes."""
GOAL_PERCENTS = tuple(range(2, 41))
GOAL_AHEAD = 12
"""Years after the last one that an own goal may lie."""
SITE_COUNTS = (1, 2, 3, 5, 10, 15, 20, 30)
SITE_REACHES = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
SITE_FLOORS = (0.0, 0.2, 0.3, 0.4, 0.5)
SITE_QUESTIONS: Mapping[str, str] = {
    "": mark("Most students within reach"),
    "median": mark("Shortest ways on average"),
    "centre": mark("Shortest longest way"),
}
"""What new sites are chosen for."""
ADDED = "added"
"""Candidates for a site that were handed in."""
PLANNING = (
    *("service", "site_count", "site_reach", "site_floor", "site_question", "site_among", "fixed"),
)
"""Fields that only services and sites are asked by."""
SURVEYS = tuple(f"{who}-{scale}" for scale in scales() for who in RESPONDENTS)
"""Scales of climate surveys by who answered."""
LISTED: Mapping[str, int] = {"fixed": 10, "counties": 10}
"""Fields that name several values, and how many at most."""
OWN, EXAMPLE = "own", "example"
"""Programmes that a link names: one that only the session has, and the example of the place."""
LANGUAGES: Mapping[str, str] = languages.offered()
NEIGHBOURHOOD = "in:"
"""Begins the focus on a neighbourhood: "in:Mott Haven"."""


class Programmes(frozenset[str]):
    """Programmes that a link may name: those with a name, and those that are written out."""

    def __new__(cls, units: Iterable[str]) -> Programmes:
        """Take the ids of schools and names of places that may stand in one."""
        made = super().__new__(cls, ("", OWN, EXAMPLE))
        made.units = frozenset(units) - {""}
        return made

    units: frozenset[str]

    def __contains__(self, value: object) -> bool:
        """Whether a value names a programme, or writes one of places that are here."""
        if super().__contains__(value):
            return True
        return isinstance(value, str) and programmes.read(value, self.units) is not None


@dataclass(frozen=True)
class Selection:
    """One view of one place: scalars only.

    Attributes
    ----------
    area : str
        Slug of the study area.
    year : str
        School year, "2018-19".
    level : str
        School level or "all".
    measure : str
        "ratio" (observed / expected at the level), "crude" or "eb".
    catchment : str
        School-tract join, a key of `CATCHMENTS`.
    alpha : float
        False-discovery rate at which an area counts as hot or cold.
    focus : str
        Identifier of the tract or school whose card is open; "" when none.
    driver : str
        Social driver shown on its page.
    versus : str
        Join that the chosen one is compared with; "" for the best of the others.
    method, null, neighbours : str
        How hot spots are looked for: keys of `METHODS`, `NULLS` and `NEIGHBOURS`.
    counties : str
        Counties whose hot spots are shown, each looked at by itself, with commas between; "" for
        those of the whole place.
    beside : str
        What stands beside the hot-spot map: "" for the card alone, "scatter" for the Moran
        scatter, "null:areas", "method:gi_star" or "year:2017-18" for a second map.
    cluster : str
        Id of the group of tracts whose card is open: one of its tracts; "" for the first.
    view : str
        What the map of social drivers shows, a key of `VIEWS`.
    unit : str
        What maps and lists are of, a key of `UNITS`: "" for tracts.
    within, kind : str
        County, neighbourhood or district, and type, of the schools listed; "" for all.
    rank : str
        What lists are ranked by, a key of `RANKS`.
    list_of : str
        What priorities and goals are listed of, a key of `LISTS`; "" for the first that is here.
    against : str
        What students are counted beyond, a key of `REFERENCES`.
    top : int
        Length of the list that a room can act on, a key of `TOPS`.
    ordered : str
        What the list of priorities is in order of, a key of `ORDERS`.
    weights : str
        A digit of `WEIGHTS` for each of `CRITERIA`.
    gap : str
        Between what gaps are shown, a key of `GAPS`; "" for the first that is here.
    goals_of : str
        Whose goals are listed, a key of `GOALS_OF`; "" for the first that is here.
    goal_for : str
        Unit of that list whose path is drawn, or district whose card is open; "" for none.
    moved_of : str
        Whose attendance of this year is listed, a key of `MOVED_OF`.
    goal, goal_shape : str
        Keys of `GOALS` and `SHAPES`.
    goal_base, goal_year : int
        Autumns in which the school years of the base and of the own goal begin; 0 for the usual.
    goal_percent : int
        Own goal, in percent.
    strategy : str
        Strategy of the evidence library that is multiplied through; "" for the first proposed.
    reach, dose : str
        Least and most part of the students whom it reaches, and of what the study's had, in
        percent: of `SPANS`.
    present : str
        "1" in coalition mode, where one idea fills the screen.
    slide : str
        Name of the coalition mode's view; "" for the first.
    lang : str
        Language, a key of `LANGUAGES`; "" for English.
    across : str
        Slug of the place that this one is set beside; "" for none.
    service : str
        Kind of provider asked about; "" for the first that is here.
    site_count, site_reach, site_floor : int, float, float
        New sites, kilometres that count as within reach, and least part of the students reached
        who live in the hardest fifth.
    site_question : str
        What new sites are chosen for, a key of `SITE_QUESTIONS`.
    site_among : str
        Candidates: "" for schools, a kind of provider, or `ADDED`.
    fixed : str
        Schools that are sites already, by id, with commas between.
    programme : str
        Programme that is evaluated: `OWN`, `EXAMPLE`, or written out, see
        `data.views.programmes.written`; "" for none.
    survey : str
        Scale of a climate survey, of `SURVEYS`; "" for the first that is here.
    voices_area, heard, spoken_of : str
        Area of the themes shown, role that spoke and students spoken of: keys of `AREAS`, `WHO` and
        `GROUPS` of `data.voices.codebook`; "" for all.
    """

    area: str
    year: str
    level: str = "all"
    measure: str = "ratio"
    catchment: str = "gravity"
    alpha: float = 0.05
    focus: str = ""
    driver: str = ""
    versus: str = ""
    method: str = "consensus"
    null: str = "schools"
    neighbours: str = "queen"
    counties: str = ""
    beside: str = ""
    cluster: str = ""
    view: str = ""
    unit: str = ""
    within: str = ""
    kind: str = ""
    rank: str = ""
    list_of: str = ""
    against: str = ""
    top: int = 10
    ordered: str = ""
    weights: str = "211000"
    gap: str = ""
    goals_of: str = ""
    goal_for: str = ""
    moved_of: str = ""
    goal: str = ""
    goal_shape: str = ""
    goal_base: int = 0
    goal_year: int = 0
    goal_percent: int = 15
    strategy: str = ""
    reach: str = "30-60"
    dose: str = "50-100"
    present: str = ""
    slide: str = ""
    lang: str = ""
    across: str = ""
    service: str = ""
    site_count: int = 10
    site_reach: float = 1.0
    site_floor: float = 0.0
    site_question: str = ""
    site_among: str = ""
    fixed: str = ""
    programme: str = ""
    survey: str = ""
    voices_area: str = ""
    heard: str = ""
    spoken_of: str = ""

    def to_query(self) -> dict[str, str]:
        """Query parameters of the share link; empty choices are left out."""
        return {name: str(value) for name, value in asdict(self).items() if value}

    def by_county(self) -> tuple[str, ...]:
        """Counties that are each looked at by themselves; none where the whole place is."""
        apart = self.counties if self.method in BY_COUNTY else ""
        return tuple(filter(None, apart.split(",")))

    def nulls(self) -> dict[str, str]:
        """Words of the nulls that go with the method; none for one that makes no test.

        Where each county is looked at by itself there is one null, and none to choose.
        """
        if self.method == "membership" or self.by_county():
            return {}
        shuffles_tracts = self.method in SINGLE_TESTS
        offered = (key for key in NULLS if key != "areas" or shuffles_tracts)
        return {key: text(NULLS[key]) for key in offered}

    def besides(self, years: Sequence[str]) -> dict[str, str]:
        """Words of what can stand beside the hot-spot map of this view."""
        nulls = {key: words for key, words in self.nulls().items() if key != self.null}
        methods = {key: text(words) for key, words in METHODS.items() if key != self.method}
        others = [year for year in reversed(years) if year != self.year]
        return {
            "": text("The card alone"),
            "scatter": text("Moran scatter"),
            **{f"null:{key}": _map(words) for key, words in nulls.items()},
            **{f"method:{key}": _map(words) for key, words in methods.items()},
            **{f"year:{year}": _map(year) for year in others},
        }

    def second(self) -> Selection | None:
        """View of the second map, when one stands beside the first."""
        name, _, value = self.beside.partition(":")
        if not value:
            return None
        changed: dict[str, Any] = {name: value, "beside": ""}
        return replace(self, **changed)


def _map(of: str) -> str:
    return text("Map: {what}", what=of)


_WEIGHED = frozenset(map("".join, product(WEIGHTS, repeat=len(CRITERIA)))) - {"0" * len(CRITERIA)}
FIELDS = tuple(field.name for field in fields(Selection))
KEPT_ELSEWHERE = (
    *("measure", "catchment", "alpha", "rank", "against", "top", "ordered", "weights"),
    *("goal", "goal_shape", "goal_percent", "present", "lang"),
)
"""What stays chosen when another place is opened."""


@dataclass(frozen=True)
class Choices:
    """What can be chosen in one study area.

    Attributes
    ----------
    area : str
        Slug of the study area these choices belong to.
    years, levels, drivers : tuple of str
    places : frozenset of str
        Identifiers of tracts and schools, and neighbourhoods, that may be in focus.
    default_year : str
    catchments : tuple of str
        Joins that can be made of the place, best first.
    slides : tuple of str
        Names of the coalition mode's views.
    withins, kinds : tuple of str
        Places and types that schools can be listed by.
    units : frozenset of str
        What may have a goal of its own: ids of schools, names of districts and areas.
    services : tuple of str
        Kinds of provider.
    schools : frozenset of str
        Schools that may be sites.
    counties : tuple of str
        Counties that can be looked at by themselves, by their five digits.
    elsewhere : tuple of str
        Slugs of the other places of the store.
    """

    area: str
    years: tuple[str, ...]
    levels: tuple[str, ...]
    drivers: tuple[str, ...]
    places: frozenset[str]
    default_year: str
    catchments: tuple[str, ...] = tuple(CATCHMENTS)
    slides: tuple[str, ...] = ()
    withins: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    units: frozenset[str] = frozenset()
    services: tuple[str, ...] = ()
    schools: frozenset[str] = frozenset()
    counties: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def allowed(self) -> dict[str, Sequence[Any] | frozenset[str]]:
        """Return the valid values by control."""
        return {
            "area": (self.area,),
            "year": self.years,
            "level": ("all", *self.levels),
            "measure": tuple(MEASURES),
            "catchment": self.catchments,
            "alpha": tuple(ALPHAS),
            "focus": self.places | {""},
            "driver": self.drivers,
            "versus": ("", *self.catchments),
            "cluster": self.places | {""},
            "method": tuple(METHODS),
            "null": tuple(NULLS),
            "neighbours": tuple(NEIGHBOURS),
            "counties": ("", *self.counties),
            "view": tuple(VIEWS),
            "unit": tuple(UNITS),
            "within": ("", *self.withins),
            "kind": ("", *self.kinds),
            "rank": tuple(RANKS),
            "list_of": ("", *LISTS),
            "against": tuple(REFERENCES),
            "top": tuple(TOPS),
            "ordered": tuple(ORDERS),
            "weights": _WEIGHED,
            "gap": ("", *GAPS),
            "goals_of": ("", *GOALS_OF),
            "goal_for": self.units | {""},
            "moved_of": tuple(MOVED_OF),
            "goal": tuple(GOALS),
            "goal_shape": tuple(SHAPES),
            "goal_base": (0, *self.autumns()),
            "goal_year": (0, *self.ahead()),
            "goal_percent": GOAL_PERCENTS,
            "strategy": ("", *evidence()),
            "reach": SPANS,
            "dose": SPANS,
            "present": ("", "1") if self.slides else ("",),
            "slide": ("", *self.slides),
            "lang": tuple(LANGUAGES),
            "across": ("", *self.elsewhere),
            "service": ("", *PROVIDER_KINDS),
            "site_count": SITE_COUNTS,
            "site_reach": SITE_REACHES,
            "site_floor": SITE_FLOORS,
            "site_question": tuple(SITE_QUESTIONS),
            "site_among": ("", *PROVIDER_KINDS, ADDED),
            "fixed": self.schools | {""},
            "programme": Programmes(self.units),
            "survey": ("", *SURVEYS),
            "voices_area": ("", *AREAS),
            "heard": ("", *WHO),
            "spoken_of": tuple(GROUPS),
            "beside": (
                *("", "scatter"),
                *(f"null:{key}" for key in NULLS),
                *(f"method:{key}" for key in METHODS),
                *(f"year:{year}" for year in self.years),
            ),
        }

    def autumns(self) -> tuple[int, ...]:
        """Calendar years in which the school years begin."""
        return tuple(int(year[:4]) for year in self.years)

    def ahead(self) -> tuple[int, ...]:
        """Autumns that an own goal may be set for."""
        last = max(self.autumns(), default=0)
        return tuple(range(last + 1, last + 1 + GOAL_AHEAD))

    def joins(self) -> dict[str, str]:
        """Words of the joins offered; the best of this place is marked."""
        best = self.catchments[0]
        return {
            name: text("{join} (best here)", join=text(words)) if name == best else text(words)
            for name, words in ((name, CATCHMENTS[name]) for name in self.catchments)
        }

    def others(self, selection: Selection) -> dict[str, str]:
        """Words of the joins that the chosen one can be compared with."""
        joins = self.joins()
        return {name: joins[name] for name in joins if name != selection.catchment}

    def default(self) -> Selection:
        """Return the view a newcomer sees."""
        driver = self.drivers[0] if self.drivers else ""
        usual = Selection(self.area, self.default_year, driver=driver)
        here = usual.catchment in self.catchments
        return usual if here else replace(usual, catchment=self.catchments[0])


def short_query(selection: Selection, default: Selection) -> dict[str, str]:
    """Query parameters of what differs from what a newcomer sees, with place and year.

    The year stays: a place that is built again with a new one shows the view that was shared.

    Parameters
    ----------
    selection : Selection
    default : Selection
        From `Choices.default`.
    """
    usual = default.to_query()
    return {
        name: value
        for name, value in selection.to_query().items()
        if name in ("area", "year") or usual.get(name) != value
    }


def is_offered(name: str, value: Any, allowed: Sequence[Any] | frozenset[Any]) -> bool:
    """Say whether a field may have a value: one that is allowed, or a list of such.

    Parameters
    ----------
    name : str
        Field of the selection.
    value : object
    allowed : sequence or set
        From `Choices.allowed`.
    """
    if name not in LISTED or value == "":
        return value in allowed
    named = str(value).split(",")
    few = len(named) == len(set(named)) <= LISTED[name]
    return few and "" not in named and all(each in allowed for each in named)


def quoted(value: str) -> str:
    """Repeat a word of a link, unless it could be anything but a word."""
    return f"“{value}”" if re.fullmatch(r"[\w .-]{1,40}", value) else text("that cannot be read")


def from_query(query: Mapping[str, str], choices: Choices) -> tuple[Selection, tuple[str, ...]]:
    """Read a share link; what the place does not have falls back with a notice.

    Parameters
    ----------
    query : mapping of str to str
        Query parameters; unknown names are ignored.
    choices : Choices
        What the study area offers.

    Returns
    -------
    tuple
        The selection and one plain-language notice per value that fell back.
    """
    selection, notices = choices.default(), []
    for name, allowed in choices.allowed().items():
        given = query.get(name)
        if given is None or given == str(getattr(selection, name)):
            continue
        values: dict[str, Any] = {str(value): value for value in allowed}
        written_out = name in LISTED or name == "programme"
        if given in values or (written_out and is_offered(name, given, allowed)):
            selection = replace(selection, **{name: values.get(given, given)})
        else:
            notices.append(
                text(
                    "The link asks for {name} {value}, not available here: {other} shown.",
                    name=name,
                    value=quoted(given),
                    other=getattr(selection, name) or text("none"),
                )
            )
    return selection, tuple(notices)


def from_values(values: Mapping[str, Any], choices: Choices) -> Selection:
    """Put a view together from what was chosen; what was not, or is not here, is the default."""
    allowed = choices.allowed()
    kept = {name: value for name, value in values.items() if is_offered(name, value, allowed[name])}
    return replace(choices.default(), **kept)
