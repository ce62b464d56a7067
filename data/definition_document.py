"""The rule table as a document: `python -m data.definition_document [--check]`."""

import sys
from collections.abc import Iterator, Sequence

from data.definition_facts import CORE, FACTS, facts
from data.definition_rules import Definitions, Rule, RuleSource, definitions
from data.dictionary import ROOT, markdown_table, publish
from data.recipe_keys import key_rows

DOCUMENT = ROOT / "docs" / "definitions.md"
COMMAND = "python -m data.definition_document"
HEADER = f"""# How chronic absence is defined, by publisher and school year

Generated from `data/definitions` by `{COMMAND}`; do not edit.

Two places are compared (Overview, "Beside another place") only where the rules of both are
confirmed and count the same students in the same way. A fact that no source says is not in the
table: "not known". "Not confirmed" means: not read in the publisher's own words, or without the
years. States that are not here (Texas among them) were looked for and not found in words that say
enough.

Needed of both: {", ".join(FACTS[name].lower() for name in CORE)}.
The other facts stand in the way where both are known and differ; where one is not known the
comparison says so.
"""


def render() -> str:
    """Write the whole document as Markdown."""
    parts = [HEADER, *(_section(each) for each in definitions().values())]
    keys = [_keys(title, cls) for title, cls in KEYS.items()]
    return "\n".join([*parts, "## Keys of a file of rules\n", *keys])


KEYS = {"File": Definitions, "`[[rules]]`": Rule, "`[[rules.sources]]`": RuleSource}


def _section(found: Definitions) -> str:
    """Write one publisher's rules, a column a span of years."""
    heads = [f"{_span(rule)}{'' if rule.confirmed else ' (not confirmed)'}" for rule in found.rules]
    told = [_told(rule) for rule in found.rules]
    rows = [
        {"": label, **{head: each[label] for head, each in zip(heads, told, strict=True)}}
        for label in told[0]
    ]
    notes = "".join(f"* {line}\n" for line in _notes(found.rules))
    holds = f" Holds for places of {found.state} that name no other." if found.state else ""
    return f"## {found.name}\n\n`{found.id}`.{holds}\n\n{markdown_table(rows)}\n{notes}"


def _told(rule: Rule) -> dict[str, str]:
    published = {"Published": "yes" if rule.published else "no"}
    if not rule.published:
        return published | dict.fromkeys(FACTS.values(), "")
    return published | facts(rule)


def _span(rule: Rule) -> str:
    if rule.first_year == rule.last_year:
        return rule.first_year
    return f"{rule.first_year} to {rule.last_year}" if rule.last_year else f"{rule.first_year} on"


def _notes(rules: Sequence[Rule]) -> Iterator[str]:
    """Give the notes of the spans, then each source once."""
    for rule in rules:
        if said := " ".join(filter(None, (rule.note, rule.schools))):
            yield f"{_span(rule)}: {said}"
    for source in dict.fromkeys(source for rule in rules for source in rule.sources):
        yield f"{source.publisher}. {source.title} ({source.year}). <{source.url}>"


def _keys(title: str, cls: type) -> str:
    return f"### {title}\n\n{markdown_table(key_rows(cls))}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the document, or with --check only say whether the committed copy is current."""
    return publish(DOCUMENT, render(), COMMAND, arguments)


if __name__ == "__main__":
    sys.exit(main())
