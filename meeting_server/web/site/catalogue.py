"""The one catalogue of user-visible text, in Chinese and English, for Jinja and for TypeScript."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "zh-CN"

LOCALES = Path(__file__).resolve().parents[1] / "locales"
HOLE = re.compile(r"\{(\w+)(?:, plural, one \{([^{}]*)\} other \{([^{}]*)\})?\}")
"""A parameter: ``{n}``, or ICU's ``{n, plural, one {1 vote} other {# votes}}``. English needs no other category, Chinese none."""


@cache
def sentences(language: Language) -> dict[str, str]:
    """All texts of one language by dotted key (``errors.forbidden``)."""
    tree = json.loads((LOCALES / f"{language}.json").read_text("utf-8"))
    flat: dict[str, str] = {}

    def walk(prefix: str, node: dict[str, object]) -> None:
        for key, value in node.items():
            path = f"{prefix}{key}"
            if isinstance(value, dict):
                walk(f"{path}.", value)
            else:
                flat[path] = str(value)

    walk("", tree)
    return flat


def has(key: str) -> bool:
    """Return whether there is a text for ``key``."""
    return key in sentences(DEFAULT)


def text(language: Language, key: str, **parameters: object) -> str:
    """The text for ``key``, with ``{name}`` replaced by the parameter of that name.

    Raises KeyError for an unknown key or a missing parameter. Both are bugs, which tests find.
    """

    def filled(hole: re.Match[str]) -> str:
        value = str(parameters[hole[1]])
        if hole[2] is None:
            return value
        return hole[2] if value == "1" else hole[3].replace("#", value)

    return HOLE.sub(filled, sentences(language)[key])
