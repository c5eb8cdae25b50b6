"""What a vote is made of is compared by member, in the server and in the client: a misspelt word would be no error anywhere."""

from __future__ import annotations

import pytest

from tests.kit.paths import ROOT
from tools.bare_words import found_in, in_python, in_text


def test_nothing_compares_a_word_of_a_vote_with_a_bare_string() -> None:
    assert found_in(ROOT) == []


@pytest.mark.parametrize(
    "line",
    [
        'motion.force == "election"',
        'if motion.phase in ("voting", "closed"): pass',
        'found = "secret" != motion.method',
        'x = (command.force, command.sheet) == ("poll", "self")',
        'carried = reason == "reached"',
        'votes = [n for line, n in counts if line.endswith(":for")]',
        'name = mark.removeprefix("w:")',
        'if anything == "no_quorum_at_close": pass',
        'if state.phase == "open": pass',
        'match motion.force:\n    case "poll":\n        pass',
    ],
)
def test_a_planted_comparison_is_found_in_python(line: str) -> None:
    assert list(in_python(line))


@pytest.mark.parametrize(
    "line",
    [
        'if (motion.force === "poll") return;',
        'const secret = one?.method !== "secret";',
        'if (sheet.value === "self") return;',
        'const out = ["voting", "closed"].includes(motion.phase);',
        'if ("collecting" === motion.phase) return;',
        'if (meeting.value?.phase === "convened") return;',
        'return markFor(motion, one) === "against";',
        'const name = mark.startsWith("w:") ? mark.slice(2) : null;',
        '    case "survey":',
        '{% if preset.method == "secret" %}',
    ],
)
def test_a_planted_comparison_is_found_in_typescript(line: str) -> None:
    assert list(in_text(line))


@pytest.mark.parametrize(
    "line",
    [
        "motion.force == MotionForce.ELECTION",
        'scheduled.status == "adjourned"',
        'course.state == "published"',
        'scheduled.status in ("open", "adjourned")',
    ],
)
def test_other_words_are_left_alone(line: str) -> None:
    assert not list(in_python(line))
    assert not list(in_text(line))
