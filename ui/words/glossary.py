"""Words that the pages use, each in a plain sentence or two."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TERMS: Mapping[str, str] = MappingProxyType(
    {
        "Allowing for being picked": (
            "A group is on the map since it was high this year, in part by luck. This figure takes"
            " out the luck we expect, so it is smaller."
        ),
        "Association": (
            "Two things go together. It does not show that one of them brings the other."
        ),
        "Bootstrap": (
            "Drawing the schools that we have again and again, with repeats, to see how far a"
            " figure would move had there been others."
        ),
        "Break": (
            "A year from which students are counted in a new way. Years before and after it are"
            " not set side by side."
        ),
        "Brier score": ("How far stated chances were from what came. It is 0 at best."),
        "Census tract": "A small area drawn by the Census Bureau. About 4,000 people live in it.",
        "Chance": (
            "What the map would look like if school results were dealt out again among schools of"
            " the same level. Only what beats nearly all such deals stands out. A rule like this"
            " is also called a null."
        ),
        "Chronic absence": (
            "Missing a tenth of school days or more, for any reason. In a year of 180 days that is"
            " 18 days. Where a place counts in another way, the foot of the page says how."
        ),
        "Coefficient of variation": (
            "How large the error of a survey is beside the figure itself. Over 30 % we call the"
            " figure low in reliability, and draw no conclusion from it."
        ),
        "Comparable tracts": (
            "Tracts like those of a group in how close people live and how many are children. They"
            " lie outside all groups that stand out. We also say similar areas."
        ),
        "Concentration index": (
            "Shows whether absence gathers where life is harder. 0 is even; above 0 it gathers"
            " in the harder areas."
        ),
        "Consensus": (
            "We look for areas that stand out in many ways. An area found in most of them hangs"
            " less on one choice. All ways use the same data, so this means steady, not proven."
        ),
        "Coverage": (
            "Students counted in a tract, beside the children who live there. Under 50 % or over"
            " 150 % the figure is about other children, too, so read it with care."
        ),
        "Effective n": (
            "How many students of whole schools stand behind the rate of a tract. The more there"
            " are, the less it moves by luck."
        ),
        "Effective number": (
            "How many schools of one size would mix as much as the real ones do. A tract with one"
            " large school and two tiny ones counts as little more than one."
        ),
        "Expected": (
            "How many students would be chronically absent if each school had the rate of its level"
            " in the whole place. High schools are set beside high schools."
        ),
        "False discoveries (q)": (
            "When we test many tracts, some pass by luck. At q .05 about 5 in 100 of the tracts"
            " that we call hot or cold do so by luck. It is not how sure one tract is."
        ),
        "Funnel": (
            "Small schools jump about more by luck than large ones. The funnel shows how far a"
            " school may stray from its prediction before we should take note."
        ),
        "Gi*": (
            "A test of a tract and its neighbours taken together: is absence there higher than in"
            " the rest of the place?"
        ),
        "Group": (
            "Hot tracts that touch. On the map each group has a number and the names of its largest"
            " neighbourhoods."
        ),
        "Hot spot": (
            "An area whose children attend schools with more absence than chance would give. A cold"
            " spot has less."
        ),
        "Index": "One number made of many conditions. It cannot say which of them matters.",
        "Index of disparity": (
            "How far parts of a place lie from the whole on average, as a share of its rate."
            " Some of that is chance."
        ),
        "Join": (
            "Few places publish where students live. A join shares the students of each school out"
            " over the tracts around it, by distance and by where children live, or by zones."
        ),
        "Lee's L": (
            "Do two maps rise and fall in the same places? Above what chance gives, they do."
        ),
        "Local Moran": (
            "A test of whether a tract and its neighbours are alike: both high, or both low."
        ),
        "Margin of error": (
            "The census survey asks some homes, not all. In 90 of 100 surveys the figure of all"
            " homes lies within the margin."
        ),
        "Membership model": (
            "A model of the map behind the schools. It says how likely it is that a tract lies a"
            " quarter above the whole place."
        ),
        "Modelled figure": (
            "Not counted, but worked out from other facts about a place. It may be shown, and is"
            " never set beside absence."
        ),
        "Moran's I": (
            "How alike tracts that touch are, over the whole map: 0 is not at all, 1 is fully."
        ),
        "Neighbourhood": (
            "Tracts under a name that people say. Where a place gives none, a town, a school"
            " district or a county stands in."
        ),
        "Neighbours": (
            "The tracts that count as near: those that touch, the six nearest, or all within reach."
        ),
        "Not shown": (
            "A figure that is held back: too few students to keep them private, or too few to trust"
            " it. It is never a zero. Where the publisher holds it back, we say suppressed."
        ),
        "Odds ratio": (
            "Odds are the students who are chronically absent for each one who is not. The ratio"
            " tells how many times the odds are when a condition is one step higher; 1.00 means no"
            " difference."
        ),
        "On track": (
            "All of the forecast's range meets the goal. Off track: none of it does. In between"
            " it is too early to say."
        ),
        "p": (
            "How often chance alone would give something as strong. At p .01 it would do so once in"
            " 100 times."
        ),
        "Percentile": (
            "A place in a line of 100. At the 85th percentile, 85 of 100 areas have less of it."
        ),
        "Points": (
            "The gap between two percentages. From 20 % to 25 % is 5 points, and a quarter more."
        ),
        "Random groups": (
            "Groups of tracts that touch, drawn by chance and as large as the one you look at. They"
            " show how common its figures are."
        ),
        "Range (interval)": (
            "Where the figure may well lie, given what can be known. A wide range means we are less"
            " sure. Each says what it is for: how schools differ, or a school's next year."
        ),
        "Rank correlation": (
            "Do two lists come in the same order? +1 is the same order, 0 is no likeness, and −1"
            " the reverse."
        ),
        "Rearranged": (
            "Dealt out again at random among schools of one level, many times, to see what chance"
            " can do."
        ),
        "Redraw": (
            "A figure drawn anew within its range. We do it 2,000 times to see how the order of"
            " places could change."
        ),
        "Reference": (
            "What a place is held against: schools of the same levels elsewhere, the best"
            " quarter of schools, or a target."
        ),
        "Reliability": (
            "How far a survey figure can be trusted, from its margin of error: high, medium or low."
        ),
        "Scan": (
            "A search of all circles on the map for the one whose schools differ most from what is"
            " expected."
        ),
        "Slope index": (
            "How many points lie between the easiest and the hardest end, by a line through all"
            " fifths."
        ),
        "Standard deviation": (
            "A usual step: about how far schools lie from their mean. It makes conditions with"
            " other units fit for one chart."
        ),
        "Steadied": (
            "A rate of few students jumps from year to year. A steadied rate is drawn toward that"
            " of the whole place, more so where students are few. It is also called shrinkage."
        ),
        "Students beyond expected": (
            "Students chronically absent, less those expected. 12 means twelve students more than"
            " in other schools of the level."
        ),
        "Times expected": (
            "Students chronically absent, divided by those expected. 1.00 is as many as expected,"
            " and 1.25 a quarter more."
        ),
        "Two-sided": "Counting both what is far above and what is far below as a surprise.",
        "Unusual year": (
            "A year cut short or taught from afar, such as 2019-20. It is marked, and changes are"
            " not read from it."
        ),
        "Variance": "How far figures spread around their mean.",
        "VIF": (
            "How closely a condition goes along with the others in the list. Where it is high, they"
            " cannot be told apart."
        ),
    }
)
"""Term, and what it means; in the order of the alphabet."""
