"""Standing sentences of the page This year: what its figures mean, and what they cannot say."""

from __future__ import annotations

from ui.languages import mark

SHOWN = mark("Each box is a day, each row a week. The darker, the fewer students were at school.")
SURE = mark(
    "Attendance counts the students whom the schools give figures for: no sample, and no range."
    " The change from the year before compares the same schools after the same number of school"
    " days. Its 95 % range tells how unlike these schools' changes are."
)
RINGED = mark(
    "A weekday, or a day beside a break, is said to differ only where it does beyond chance, all"
    " of them tested as one (5 %)."
)
ON_TRACK = mark(
    "On track to be chronically absent: absent on 10 % or more of the days so far. The year can"
    " still turn out otherwise, and attendance alone cannot tell who is."
)
NO_DAYS = mark("Only months are known of this year: there are no days to draw.")
LIMITS = mark(
    "Attendance on a day does not tell why: illness, weather, transport and a holiday look alike."
    " Figures are preliminary until the publisher closes the year."
)
BASES = {
    "days": mark("Days of all students were counted beside the student system."),
    "students": mark(
        "The publisher gives the share of students at school, not their number. Schools are"
        " weighted by the students enrolled that year; those without such a number are left out."
    ),
    "schools": mark(
        "The publisher gives the share of students at school, and enrolment is not known: each"
        " school counts alike. That is not the share of all students."
    ),
}
NO_MONTHS = mark(
    "Who is on track to be chronically absent is not known here. Daily shares of a school do not"
    " tell how many days each student missed: a school at 89 % can have 39 % chronically absent. A"
    " district can count it from its own records (python -m data.rollup); no record leaves it."
)
NOT_COUNTED = mark(
    "A roll-up counts students of schools and districts. Choose one of these, or the whole place."
)
NO_BANDS = mark(
    "How many days each student missed in the first month is not known here: daily shares of a"
    " school do not tell it. A district can count it (python -m data.rollup); no record leaves it."
)
NO_GROUPS = mark(
    "Student groups are not known by school here: it takes a roll-up that counts them, of this year"
    " and another."
)
TEAM = mark(
    "Who needs reaching is a count for a school team. It is never a list of students: the team"
    " knows them, and asks what would help."
)
MOVED = mark(
    "Schools are compared with the middle school in the same weeks, so weather and holidays that"
    " all share are not in it. Beyond noise: by more than a school's own weeks swing, at most 1"
    " in 20 of those marked by chance."
)
AREAS = mark(
    "Schools count where their students live, as far as that is known. Schools up and down: those"
    " that moved beyond noise, each counted where most of its students live."
)
METHOD = mark(
    "Attendance so far adds up days at school over days enrolled, of all schools with a figure. A"
    " day of the calendar is shown when schools with at least half of the usual students gave one."
    " The year before is cut at the same number of school days and has the same schools."
)
OLSON_OUTCOME = mark("missed more than 20 days in the year")
NEEDS = {
    "attendance": mark(
        "daily attendance from the first day of school, and the year-end count of chronically"
        " absent students"
    ),
    "chronic so far": mark("a roll-up from the first month of school to the last"),
}
FROM = {
    "attendance": mark(
        "It is made from attendance: how the days missed by a school's students went with its"
        " year-end count in earlier years. That is a statistical link, not a count."
    ),
    "chronic so far": mark(
        "It is made from the students on track so far, and what such schools ended with in earlier"
        " years."
    ),
}
NO_YEAR_BEFORE = mark("There is no earlier year here to compare with.")
NONE = mark(
    "{place} has no figures here of the school year under way. Figures by year come when it is too"
    " late to act on them."
)
ASK = mark(
    "Ask who publishes them for daily or monthly attendance by school, and whoever runs this site"
    " to add it."
)
ADD = mark(
    "Where daily or monthly attendance by school is published, name its recipe in the file of the"
    " place and run python -m data.update {slug}. Where it is not, a district can count its own"
    " records with python -m data.rollup: no record of a student leaves it."
)
