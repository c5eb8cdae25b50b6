"""A step says everything of itself or can't be defined, its input is what it says it reads, and nobody else writes its name."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from meeting_server.archive.minutes.minutes import minutes_of
from meeting_server.archive.record import artefacts
from meeting_server.archive.record.artefacts import ARTEFACTS, CUES, MIX, Artefact
from meeting_server.archive.record.cues import Cue, Cues, save
from meeting_server.archive.record.manifest import Manifest, StepStatus, load
from meeting_server.archive.record.redaction import MADE_OF_TRACKS
from meeting_server.archive.record.step import Material, Progress, Step, Tools, Weight
from meeting_server.archive.record.steps import LONG, QUICK, STEPS, in_order
from meeting_server.archive.record.steps.composite import Compose
from meeting_server.archive.record.steps.redact import Redact
from meeting_server.archive.record.timeline import timeline_of
from meeting_server.domain.ids import HALL, MeetingId, ParticipantId
from meeting_server.store.record.record_edits import Edits, Redaction
from meeting_server.store.record.record_orders import Order
from tests.kit.meetings.whole_meeting import whole_meeting
from tests.kit.paths import ROOT

PACKAGE = ROOT / "meeting_server"
WHOLE: dict[str, object] = {"name": "planted", "version": 1, "weight": Weight.QUICK, "reads": (), "makes": (), "failures": ()}


def defined(said: dict[str, object], called: str = "Planted") -> type[Step]:
    """A step that says this of itself."""
    return type(called, (Step,), said)


def material(folder: Path) -> Material:
    records = whole_meeting().records
    minutes, timeline = minutes_of(records), timeline_of(records)
    assert minutes is not None
    assert timeline is not None
    return Material(folder, minutes, timeline, "9.0", ordered={Compose.name: Order(minutes.meeting_id, Compose.name, "he", "何雨桐", 1)})


def tools() -> Tools:
    nobody = cast(Any, None)
    return Tools(nobody, nobody, nobody)


# --- what a step says ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forgotten", WHOLE)
def test_a_step_that_forgets_to_say_something_can_not_be_defined(forgotten: str) -> None:
    with pytest.raises(TypeError, match=f"step Planted does not say its {forgotten}"):
        defined({said: value for said, value in WHOLE.items() if said != forgotten})


@pytest.mark.parametrize("forgotten", ["source", "make"])
def test_a_step_that_can_not_be_run_can_not_be_built(forgotten: str) -> None:
    def source(self: Step, material: Material) -> str:
        return ""

    async def make(self: Step, material: Material, progress: Progress) -> tuple[Artefact, ...]:
        return ()

    methods: dict[str, object] = {"source": source, "make": make}
    with pytest.raises(TypeError, match=forgotten):
        defined(WHOLE | {name: method for name, method in methods.items() if name != forgotten})(tools())


def test_two_steps_of_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="named 'planted'"):
        in_order(defined(WHOLE), defined(WHOLE, "Second"))


def test_a_step_that_makes_what_another_makes_is_refused() -> None:
    with pytest.raises(TypeError, match=r"makes again \['mix.m4a'\]"):
        in_order(*STEPS, defined(WHOLE | {"makes": (MIX,)}))


def test_a_step_that_comes_before_what_it_reads_is_refused() -> None:
    with pytest.raises(TypeError, match=r"reads too early \['cues.json'\]"):
        in_order(defined(WHOLE | {"reads": (CUES,)}), *STEPS)


def test_every_step_is_in_one_lane() -> None:
    assert set(STEPS) == QUICK | LONG
    assert not QUICK & LONG


def test_every_title_and_failure_of_a_step_has_words_in_both_languages() -> None:
    for language in ("zh-CN", "en"):
        archive = json.loads((PACKAGE / "web" / "locales" / f"{language}.json").read_text())["archive"]
        assert set(archive["step"]) == {step.name for step in STEPS}
        assert set(archive["failed"]) == {code for step in STEPS for code in step.failures}


def test_a_new_input_makes_every_step_that_reads_it_anew(tmp_path: Path) -> None:
    read = [(kind(tools()), artefact) for kind in STEPS for artefact in kind.reads]
    before = [step.made_from(material(tmp_path)) for step, _ in read]
    cue = Cue("c1", 1, 2, ParticipantId("zhou"), "周建华", HALL, "现在开会", ())
    save(tmp_path, Cues(MeetingId("m"), "told", "zh-CN", (cue,)))
    MIX.path(tmp_path).write_bytes(b"sound")
    assert {artefact for _, artefact in read} == {CUES, MIX}  # a new one is to be written above
    for (step, artefact), then in zip(read, before, strict=True):
        assert step.made_from(material(tmp_path)) != then, f"{step.name} does not notice a new {artefact.name}"


def test_the_record_is_redacted_for_these_edits_and_no_others() -> None:
    taken_out = Redaction(MeetingId("m"), 1, 2, "", "he", "何雨桐", 5, redaction_id=3)
    status = StepStatus("done", "1:3")
    manifest = Manifest(MeetingId("m"), "9.0", {Redact.name: status})
    now = Edits(redactions=(taken_out,))
    assert Redact.is_done(manifest, now)
    assert not Redact.is_done(manifest, Edits(redactions=(replace(taken_out, redaction_id=4),)))
    assert not Redact.is_done(manifest.with_step(Redact.name, StepStatus("running", "1:3")), now)
    assert not Redact.is_done(Manifest(MeetingId("m")), now)


# --- what is on disk ------------------------------------------------------------------------------------------------------


def test_everything_a_step_makes_or_reads_is_a_known_artefact() -> None:
    named = {artefact for step in STEPS for artefact in (*step.makes, *step.reads, *step.rewrites)}
    assert named <= set(ARTEFACTS)
    assert len({artefact.name for artefact in ARTEFACTS}) == len(ARTEFACTS)


def test_names_on_disk_are_those_of_existing_records() -> None:
    assert [step.name for step in STEPS] == [
        "minutes", "timeline", "redact", "mix", "speech", "transcript", "digest", "search", "composite",
    ]  # fmt: skip
    assert {step.name: step.version for step in STEPS if step.version > 1} == {"timeline": 3, "search": 2}
    assert {artefact.name for artefact in ARTEFACTS} == {
        "minutes.json", "timeline.json", "mix.m4a", "opening.m4a", "composite.mp4", "cues.json", "transcript.json", "digest.json",
        ".heard", "captions.jsonl", "lessons",
    }  # fmt: skip
    assert {"mix.m4a", "opening.m4a", "composite.mp4", "lessons", ".heard", "captions.jsonl"} == MADE_OF_TRACKS


def test_what_is_given_out_as_it_is_is_wiped_when_something_is_taken_out() -> None:
    assert all(artefact.made_of_tracks for artefact in artefacts.GIVEN)


def test_a_manifest_of_an_earlier_program_is_settled_by_todays_steps(tmp_path: Path) -> None:
    """Inputs as manifests have had them since each version: none of them may be written in another way."""
    expected = {
        "minutes": "9.0.1",
        "timeline": "9.0.3",
        "redact": "1:0",
        "mix": "1:",
        "speech": "1:nobody",
        "transcript": "1:0.0.0:nothing",
        "digest": "1:9.0:0.0.0:nothing",
        "search": "2:9.0:0.0.0:nothing",
        "composite": "1:0:-1:",
    }
    bare = replace(material(tmp_path), timeline=replace(material(tmp_path).timeline, tracks=()))
    assert {kind.name: kind(tools()).made_from(bare) for kind in STEPS} == expected
    written = {"meeting_id": "m", "position": "9.0", "format": 1, "steps": {"mix": {"state": "done", "made_from": "1:", "files": []}}}
    (tmp_path / "manifest.json").write_text(json.dumps(written))
    assert load(tmp_path, MeetingId("m")).status("mix") == StepStatus("done", "1:")


# --- nobody else writes their names ---------------------------------------------------------------------------------------

NAMES = {step.name for step in STEPS}
FILES = {artefact.name for artefact in ARTEFACTS} - {"lessons"}
OWN = ("archive/record/artefacts.py",)
OTHER_FILES = {("archive/audit/audit.py", "minutes.json"): "the file of this name in a bundle, which the audit knows by itself"}


def _keys(node: ast.AST) -> Iterator[ast.expr]:
    """What steps, orders and statuses are looked up by."""
    match node:
        case ast.Subscript(value=held, slice=key) if _of_steps(held):
            yield key
        case ast.Call(func=ast.Attribute(value=held, attr="get"), args=[key, *_]) if _of_steps(held):
            yield key
        case ast.Call(func=ast.Attribute(attr="status" | "with_step"), args=[key, *_]):
            yield key
        case ast.Call(func=ast.Name(id="Order") | ast.Attribute(attr="cancel"), args=[_, key, *_]):
            yield key
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[held]) if _of_steps(held):
            yield key
        case ast.Compare(left=ast.Attribute(attr="step" | "name"), comparators=compared):
            yield from compared
        case _:
            return


def _of_steps(held: ast.expr) -> bool:
    """Whether something is called steps, or what was ordered."""
    words = ast.unparse(held)
    return any(word in words for word in ("steps", "ordered", "orders"))


def bare_names(source: str) -> list[str]:
    """Names of steps by which something is looked up, and names of artefacts, written as strings."""
    tree = ast.parse(source)
    names = [key.value for node in ast.walk(tree) for key in _keys(node) if isinstance(key, ast.Constant) and key.value in NAMES]
    files = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in FILES]
    return [*names, *files]


def test_nobody_writes_the_name_of_a_step_or_an_artefact_but_itself() -> None:
    modules = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    found = {(name, bare) for name, path in modules.items() if name not in OWN for bare in bare_names(path.read_text())}
    assert found == set(OTHER_FILES)


@pytest.mark.parametrize(
    "planted",
    [
        'manifest.steps["mix"]',
        'manifest.steps.get("speech")',
        'manifest.status("redact")',
        '"composite" in material.ordered',
        '(await orders.of(meeting_id)).get("composite")',
        'Order(meeting_id, "composite", by, name, at)',
        'orders.cancel(meeting_id, "composite")',
        'if step.name == "redact": pass',
        'folder / "mix.m4a"',
        'KEPT = "captions.jsonl"',
    ],
)
def test_a_bare_name_of_a_step_or_an_artefact_is_found(planted: str) -> None:
    assert bare_names(planted)


def test_a_word_that_only_looks_like_a_step_is_left_alone() -> None:
    assert bare_names('form["minutes"]; kinds.get("speech"); context = {"timeline": timeline, "mix": mix}') == []
