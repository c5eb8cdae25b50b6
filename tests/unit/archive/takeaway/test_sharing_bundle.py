"""The sharing bundle: nobody can be found in it, and nothing in it can be changed without being named."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from meeting_server.archive.takeaway.nameless import label_of, nameless
from meeting_server.archive.takeaway.sharing import LARGEST, NAMES, BundleRefused, fingerprint_of, read_bundle, write_bundle
from meeting_server.archive.takeaway.study import Chapter, Choice, Gap, Question, Utterance
from tests.kit.meetings.studies import HELD, study, words

KEY = Ed25519PrivateKey.generate()
ROSTER = ("周建华", "李卫东", "欧阳晓", "丁文静", "高原", "Anna Weber")


def said(text: str, who: str = "周建华") -> str:
    return nameless(replace(study(), utterances=(Utterance(0, 9, who, text),)), ROSTER).study.utterances[0].text


def test_speakers_become_letters_and_the_same_person_keeps_the_same_one() -> None:
    plain = nameless(study(), ROSTER)
    assert [u.who for u in plain.study.utterances] == ["发言人甲", "发言人乙", "发言人甲", ""]
    assert plain.speakers == 2
    assert label_of(10, chinese=True) == "发言人11"
    assert [label_of(n, chinese=False) for n in (0, 25, 26)] == ["Speaker A", "Speaker Z", "Speaker 27"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("请周建华同志讲", "请发言人甲同志讲"),
        ("建华同志说得对", "发言人甲同志说得对"),
        ("周书记和老周都到了", "某同志和某同志都到了"),
        ("请丁文静和欧阳晓准备", "请某同志和某同志准备"),
        ("欧阳老师来了", "某同志来了"),
        ("讨论了两个小时，分小组学习", "讨论了两个小时，分小组学习"),
        ("周剑花说", "发言人甲说"),  # the machine heard the name in other characters
        ("电话 138 0000 1234，学号20240001", "电话 ［略］，学号［略］"),
        ("写到 ding@example.org 或 https://example.org/a?b", "写到 ［略］ 或 ［略］"),
        ("ANNA WEBER agreed, annals stay", "某同志 agreed, annals stay"),
        ("2026年11月26日，应到29人，得22票", "2026年11月26日，应到29人，得22票"),
    ],
)
def test_names_ways_of_address_and_numbers_are_taken_out_of_what_was_said(text: str, plain: str) -> None:
    assert said(text) == plain


def test_nobody_is_left_anywhere_in_the_bundle() -> None:
    crowded = replace(
        study(),
        title="周建华谈工作",
        summary="李卫东介绍，丁文静补充。",
        keywords=("周建华", "志愿服务"),
        chapters=(Chapter("李卫东汇报", 0, 9),),
        questions=(Question("q", "周建华说了什么？", (Choice("丁文静", True), Choice("无", False)), "single", "见李卫东发言"),),
    )
    data = write_bundle(nameless(crowded, ROSTER, ("计算机学院",)).study, "东海大学", KEY, HELD, words())
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        everything = b"\n".join(package.read(name) for name in package.namelist()).decode()
        assert sorted(package.namelist()) == sorted(NAMES)
    for name in (*ROSTER, "建华", "卫东", "文静", "计算机学院", "第一党支部"):
        assert name not in everything, name
    assert "志愿服务" in everything


def test_a_bundle_is_read_back_with_where_it_comes_from() -> None:
    plain = nameless(study(), ROSTER).study
    data = write_bundle(plain, "东海大学", KEY, HELD, words())
    bundle = read_bundle(data)
    assert bundle.study == plain
    assert (bundle.about.institution, bundle.about.made_at) == ("东海大学", HELD)
    assert bundle.fingerprint == fingerprint_of(KEY.public_key()) == hashlib.sha256(KEY.public_key().public_bytes_raw()).hexdigest()
    assert bundle.sha256 == hashlib.sha256(data).hexdigest()


def repacked(change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(write_bundle(nameless(study(), ROSTER).study, "东海大学", KEY, HELD, words()))) as package:
        files = {name: package.read(name) for name in package.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return out.getvalue()


def altered(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return change


def signed_anew(change: Callable[[dict[str, object]], None], resource: bytes | None = None) -> Callable[[dict[str, bytes]], None]:
    """What a dishonest but well-equipped sender could do: everything signed again, with their own key."""

    def again(files: dict[str, bytes]) -> None:
        about = json.loads(files["bundle.json"])
        if resource is not None:
            files["resource.json"] = resource
            about["files"]["resource.json"] = hashlib.sha256(resource).hexdigest()
        change(about)
        files["bundle.json"] = json.dumps(about).encode()
        files["bundle.sig"] = base64.b64encode(KEY.sign(files["bundle.json"]))

    return again


def with_study(**changes: object) -> bytes:
    return msgspec.json.encode(replace(nameless(study(), ROSTER).study, **changes))  # type: ignore[arg-type]  # fields by name


OTHER = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
OWN = base64.b64encode(KEY.public_key().public_bytes_raw())
TAMPERED = {
    "a word of the resource": (altered("resource.json", "现在开会".encode(), "现在散会".encode()), "changed", "resource.json"),
    "a word of the transcript": (altered("transcript.md", "现在开会".encode(), "现在散会".encode()), "changed", "transcript.md"),
    "the institution's name": (altered("bundle.json", "东海大学".encode(), "西山大学".encode()), "bad_signature", "bundle.sig"),
    "another key": (altered("bundle.json", OWN, OTHER), "bad_signature", "bundle.sig"),
    "no key": (altered("bundle.json", OWN, b"AAAA"), "bad_key", "bundle.json"),
    "the signature": (lambda files: files.update({"bundle.sig": b"A" * 88}), "bad_signature", "bundle.sig"),
    "no signature": (lambda files: files.pop("bundle.sig") and None, "missing_file", "bundle.sig"),
    "no transcript": (lambda files: files.pop("transcript.md") and None, "missing_file", "transcript.md"),
    "a file more": (lambda files: files.update({"run.exe": b"MZ"}), "strange_file", "run.exe"),
    "a path that leads out": (lambda files: files.update({"../../etc/cron.d/x": b"x"}), "strange_file", "../../etc/cron.d/x"),
    "a later format": (signed_anew(lambda about: about.update(format="meeting-resource/2")), "newer", ""),
    "no institution": (signed_anew(lambda about: about.update(institution=" ")), "unreadable", "bundle.json"),
    "a file listed more": (signed_anew(lambda about: about["files"].update(x="y")), "unreadable", "bundle.json"),  # type: ignore[attr-defined]
    "another resource": (signed_anew(lambda about: about.update(resource_id="m-2")), "changed", "resource.json"),
    "no resource": (signed_anew(lambda about: None, b"[]"), "unreadable", "resource.json"),
    "a time that cannot be": (signed_anew(lambda about: None, with_study(gaps=(Gap(-5, 9),))), "unreadable", "resource.json"),
    "no title": (signed_anew(lambda about: None, with_study(title=" ")), "unreadable", "resource.json"),
    "not JSON": (lambda files: files.update({"bundle.json": b"\xff\xfe"}), "unreadable", "bundle.json"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_refused_by_its_name(what: str) -> None:
    change, code, file = TAMPERED[what]
    with pytest.raises(BundleRefused) as refused:
        read_bundle(repacked(change))
    assert (refused.value.code, refused.value.file) == (code, file)


def test_a_bundle_that_unpacks_without_end_is_stopped() -> None:
    bomb = repacked(lambda files: files.update({"resource.json": b" " * (64 * 1024 * 1024)}))
    assert len(bomb) < LARGEST
    with pytest.raises(BundleRefused, match="too_large_inside"):
        read_bundle(bomb)


def test_what_is_too_large_or_no_bundle_is_not_even_opened() -> None:
    for data, code in ((b"x" * (LARGEST + 1), "too_large"), (b"no zip at all", "not_a_bundle"), (b"", "not_a_bundle")):
        with pytest.raises(BundleRefused, match=code):
            read_bundle(data)


def test_a_damaged_part_is_named() -> None:
    data = bytearray(repacked(lambda files: None))
    at = data.index(b"resource.json") + 40
    data[at : at + 8] = b"\0" * 8
    with pytest.raises(BundleRefused) as refused:
        read_bundle(bytes(data))
    assert (refused.value.code, refused.value.file) == ("damaged", "resource.json")
