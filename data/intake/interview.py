"""Decisions of an intake: questions with a proposal, settled by an answer where doubtful."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tomli_w

from data.errors import DataError, SeveralError
from data.recipe.binding import read_toml

Key = tuple[str, ...]
Answer = str | tuple[str, ...]


ALIKE = ("tokens", "one_year", "keep", "leave_out")
"""Doubts that files of one publisher share: the first file's answer is proposed for the others."""


class OpenQuestionError(DataError):
    """A doubtful decision has no answer yet."""


@dataclass(frozen=True)
class Question:
    """One decision.

    Attributes
    ----------
    key : tuple of str
        Where its answer stands in an answers file: tables, then a key.
    asks : str
        The question, in plain words.
    proposal : str or tuple of str
        What is taken when nobody answers.
    evidence : str
        What speaks for the proposal.
    alternatives : tuple of str
        Other answers; empty when any text is one.
    sure : bool
        Whether it needs no answer.
    """

    key: Key
    asks: str
    proposal: Answer
    evidence: str
    alternatives: tuple[str, ...] = ()
    sure: bool = True

    @property
    def name(self) -> str:
        """Its key, as TOML writes it."""
        return ".".join(_quoted(each) for each in self.key)


@dataclass
class Interview:
    """Answers as given, and the questions in the order they came up.

    Attributes
    ----------
    answers : mapping
        Tables within tables, as an answers file holds them.
    asked : list of Question
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    def ask(self, question: Question) -> Answer:
        """Give the answer to a question, or what is proposed.

        Raises
        ------
        DataError
            The answer is none of those that the question has.
        """
        question = self._as_before(question)
        if all(each.key != question.key for each in self.asked):
            self.asked.append(question)
        said = given(self.answers, question.key)
        if said is None:
            return question.proposal
        if isinstance(question.proposal, tuple):
            if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
                raise DataError(f"{question.name} is {said!r}; write a list of texts")
            allowed = (*question.proposal, *question.alternatives)
            if question.alternatives and (
                strange := [each for each in said if each not in allowed]
            ):
                words = ", ".join(repr(each) for each in dict.fromkeys(allowed))
                raise DataError(f"{question.name} has {strange[0]!r}; write some of {words}")
            return tuple(said)
        if not isinstance(said, str):
            raise DataError(f"{question.name} is {said!r}; write a text in quotes")
        allowed = (question.proposal, *question.alternatives)
        if question.alternatives and said not in allowed:
            words = ", ".join(repr(each) for each in dict.fromkeys(allowed))
            raise DataError(f"{question.name} is {said!r}; write one of {words}")
        return said

    def _as_before(self, question: Question) -> Question:
        """Take what was said of the same doubt of another file: it is asked once."""
        if question.sure or question.key[0] != "files" or question.key[2] not in ALIKE:
            return question
        for each in self.asked:
            if each.key[2:] == question.key[2:] and each.key != question.key and not each.sure:
                said = given(self.answers, each.key)
                answer = tuple(said) if isinstance(said, list) else said
                evidence = f"{question.evidence} Taken as in {each.key[1]}."
                proposal = each.proposal if answer is None else answer
                return replace(question, proposal=proposal, evidence=evidence, sure=True)
        return question

    def text(self, question: Question) -> str:
        """Give the answer to a question that has one text."""
        answer = self.ask(question)
        return answer if isinstance(answer, str) else ", ".join(answer)

    def texts(self, question: Question) -> tuple[str, ...]:
        """Give the answer to a question that has a list of texts."""
        answer = self.ask(question)
        return (answer,) if isinstance(answer, str) else answer

    @property
    def open(self) -> tuple[Question, ...]:
        """Doubtful questions without an answer."""
        return tuple(
            each for each in self.asked if not each.sure and given(self.answers, each.key) is None
        )

    def refuse_open(self) -> None:
        """Refuse to go on while a doubtful question has no answer, or an answer no question.

        Raises
        ------
        DataError
            Every such question with its key, the proposal and the evidence, a line each.
        """
        errors: list[DataError] = [
            OpenQuestionError(
                f"{each.asks} Evidence: {each.evidence} Write {_line(each)} in the answers file,"
                " or another answer"
                + (f" ({', '.join(map(repr, each.alternatives))})" if each.alternatives else "")
            )
            for each in self.open
        ]
        known = {each.key for each in self.asked}
        errors += [
            DataError(f"{'.'.join(key)} answers no question; correct or remove it")
            for key in _leaves(self.answers)
            if key not in known
        ]
        if errors:
            raise SeveralError(errors)


def read_answers(path: Path) -> dict[str, Any]:
    """Read an answers file.

    Raises
    ------
    DataError
        Not there, or not TOML.
    """
    return read_toml(path)


def write_answers(questions: Sequence[Question], interview: Interview) -> str:
    """Write the answers to some questions as TOML, the proposal where there is no answer."""
    tables: dict[str, Any] = {}
    for each in questions:
        *path, last = each.key
        table = tables
        for step in path:
            table = table.setdefault(step, {})
        said = given(interview.answers, each.key)
        value = each.proposal if said is None else said
        table[last] = list(value) if isinstance(value, tuple) else value
    return in_toml(tables)


def in_toml(answers: Mapping[str, Any]) -> str:
    """Write answers as the file that `read_answers` reads."""
    return tomli_w.dumps(answers)


def with_answer(answers: Mapping[str, Any], key: Key, value: Answer) -> dict[str, Any]:
    """Give answers with one more, the given ones unchanged."""
    first, *rest = key
    if not rest:
        return {**answers, first: list(value) if isinstance(value, tuple) else value}
    return {**answers, first: with_answer(answers.get(first, {}), tuple(rest), value)}


def given(answers: Mapping[str, Any], key: Key) -> Any:
    """Give the answer that stands at a key; None when there is none."""
    here: Any = answers
    for step in key:
        if not isinstance(here, Mapping) or step not in here:
            return None
        here = here[step]
    return here


def _leaves(answers: Mapping[str, Any], above: Key = ()) -> list[Key]:
    leaves: list[Key] = []
    for name, value in answers.items():
        if isinstance(value, Mapping):
            leaves += _leaves(value, (*above, name))
        else:
            leaves.append((*above, name))
    return leaves


def _line(question: Question) -> str:
    value = question.proposal
    words = repr(list(value)) if isinstance(value, tuple) else f'"{value}"'
    return f"{question.name} = {words}"


def _quoted(word: str) -> str:
    try:
        tomllib.loads(f"{word} = 1")
    except tomllib.TOMLDecodeError:
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return word if "." not in word else f'"{word}"'
