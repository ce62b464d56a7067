"""Words of the page Workshop."""

from __future__ import annotations

from datetime import datetime

from data.workshop.note import LONGEST, PROBLEMS, PROMPTS
from data.workshop.store import Workshop
from ui.languages import mark, text
from ui.plan import words as plan_words

QUESTION = mark("What do we see in our data, together?")
BEGIN = mark(
    "Whoever leads gets two codes: one for everybody, and one to lead with. People add notes from"
    " their own screens, without a name. You move from question to question and group the notes."
    " What you will do lands in the Plan."
)
NO_SUCH = mark("No workshop has this code. Look at the code again, or ask who leads.")
NOT_THE_LEAD = mark(
    "This is not the code of whoever leads, or it was tried too often: wait a minute, look at the"
    " code again."
)
TOO_OFTEN = mark("Too many wrong codes from here. Wait a minute, then try again.")
NOTHING_PERSONAL = mark(
    "Nobody signs a note, and nothing says whose it is. What looks like a name or number of a"
    " person is refused. After closing, only the notes by question and the actions are left, for 30"
    " days."
)
LEAD_CODE = mark("To lead from another screen, too, enter this code there: {code}")
WAITS = mark("Not kept yet: it lies in this browser and is sent again")
KEPT = mark("Your note is kept.")
CLOSE_SURE = mark(
    "Closing ends the workshop for everybody: notes are no longer taken. The record stays for 30"
    " days, or until you delete it. Take it home first or after."
)
DELETE_SURE = mark(
    "This deletes notes and record for everybody, now. What you put into the Plan stays there."
)
EMPTY_WALL = mark("No notes yet. Add the first one.")


def answer(shop: Workshop | None) -> str:
    """Say where the workshop stands."""
    if shop is None:
        return text("Enter the code that is on the wall, or begin a workshop of your own.")
    if shop.closed:
        return text("The workshop on {place} is closed. Its record is below.", place=shop.place)
    number = list(PROMPTS).index(shop.prompt) + 1
    return text(
        "{number} of {count}: {prompt}",
        number=number,
        count=len(PROMPTS),
        prompt=prompt(shop.prompt),
    )


def prompt(key: str) -> str:
    """Write a prompt."""
    return text(PROMPTS[key])


def refused(code: str) -> str:
    """Say why a note is not taken; "" for one that is kept."""
    return text(PROBLEMS[code], most=LONGEST) if code else ""


def until(at: datetime) -> str:
    """Say how long a workshop is open."""
    return text("Open until {time}.", time=plan_words.moment(at, "%H:%M"))
