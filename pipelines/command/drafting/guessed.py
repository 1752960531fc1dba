"""A draft in which guesses are marked, and its YAML."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

GUESS_MARK = "guess: "
LONGEST_INLINE_MAPPING = 160  # signs: a mapping of so few may stand on one line
INDENTATION = 4  # blanks of indentation


@dataclass(frozen=True)
class Guess:
    """A value of the draft that may be wrong, and what it rests on."""

    value: Any
    why: str


def count_guesses(draft: Any) -> int:
    """Count the guesses in a draft."""
    if isinstance(draft, Guess):
        return 1 + count_guesses(draft.value)
    if isinstance(draft, dict):
        return sum(map(count_guesses, draft.values()))
    return sum(map(count_guesses, draft)) if isinstance(draft, list) else 0


def to_yaml(draft: dict[str, Any], heading: str) -> str:
    """Write a draft as YAML; each guess has a comment, each section a blank line before it."""
    text = io.StringIO()
    yaml_writer().dump(_node(draft, 0), text)
    sections = _SECTION.sub(r"\n\1", text.getvalue())
    sections = _COMMENT.sub(f"  # {GUESS_MARK}", sections)
    return "".join(f"# {line}\n" for line in heading.splitlines()) + sections


_SECTION = re.compile(r"^((?:# .*\n)?[a-z_]+:(?: *#.*)?)$", re.MULTILINE)
_COMMENT = re.compile(rf"(?<=\S) +# {GUESS_MARK}")  # behind a value


def yaml_writer() -> YAML:
    """Give the one way in which this package writes YAML: comments, quotes and order stay."""
    writer = YAML()
    writer.width = 4096
    writer.preserve_quotes = True
    writer.indent(mapping=2, sequence=4, offset=2)
    return writer


def _node(value: Any, indent: int) -> Any:
    """Turn a part of the draft into a node for the writer."""
    if isinstance(value, dict):
        return _mapping(value, indent)
    if isinstance(value, list):
        items = CommentedSeq(_node(item, indent + 2) for item in value)
        if not any(isinstance(item, dict) for item in value):
            items.fa.set_flow_style()
        return items
    return _text(value) if isinstance(value, str) else value


def _mapping(draft: dict[str, Any], indent: int) -> CommentedMap:
    mapping = CommentedMap()
    for key, value in draft.items():
        guess = value if isinstance(value, Guess) else None
        node = _node(guess.value if guess else value, indent + 2)
        mapping[_text(key)] = node
        if guess and _is_block(node):
            mapping.yaml_set_comment_before_after_key(key, GUESS_MARK + guess.why, indent)
        elif guess:
            mapping.yaml_add_eol_comment(GUESS_MARK + guess.why, key)
    if _is_short(draft, indent) and not any(map(_is_block, mapping.values())):
        mapping.fa.set_flow_style()
    return mapping


def _is_short(draft: dict[str, Any], indent: int) -> bool:
    """Whether a mapping stands on one line: a leaf, or deep and short, and without guesses."""
    leaf = not any(isinstance(value, (dict, list)) for value in draft.values())
    return (
        not count_guesses(draft)
        and len(str(draft)) <= LONGEST_INLINE_MAPPING
        and (leaf or indent >= INDENTATION)
    )


def _is_block(node: Any) -> bool:
    """Whether a node takes several lines."""
    return isinstance(node, (dict, list)) and bool(node) and not _is_flow(node)


def _is_flow(node: Any) -> bool:
    return isinstance(node, (CommentedMap, CommentedSeq)) and bool(node.fa.flow_style())


def _text(text: str) -> str:
    """Quote what another reader of YAML would not take for a text, such as no and 12:30."""
    try:
        plain = yaml.safe_load(text) == text
    except yaml.YAMLError:
        plain = True  # the writer quotes it
    return text if plain else DoubleQuotedScalarString(text)
