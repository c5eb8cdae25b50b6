"""The story's meeting with transcript, passage taken out, question, something it settled, publication: for what leaves the house."""

from __future__ import annotations

from meeting_server.archive.record import transcript
from meeting_server.archive.record.record_files import RecordFiles
from meeting_server.archive.record.transcript import Spoken, Stretch, Transcript
from meeting_server.domain.ids import HALL, ParticipantId, RoomId
from meeting_server.store.learning.quizzes import Choice, Question, Quizzes
from meeting_server.store.learning.studied import Studied
from meeting_server.store.record.decided_items import DecidedItem, Kind, Source
from meeting_server.store.record.publications import Audience, Publication
from meeting_server.web.site.auth import now_millis
from tests.kit.houses.archive_house import ArchiveHouse

SECRET = "绝密电话zanzibar"
IN_A_GROUP = "小组里的话qumran"
SETTLED = "名单由丁文静收齐，核准于ararat"


async def publish(archive: ArchiveHouse, audience: Audience = "branch", *, shared: bool = False) -> Publication:
    """As the secretary would have done it."""
    house = archive.there.site
    record_files = house.archive
    assert isinstance(record_files, RecordFiles)
    timeline = record_files.timeline(archive.meeting_id)
    assert timeline is not None

    def spoken(number: int, since: int, until: int, who: str, text: str, room: RoomId = HALL, state: str = "heard") -> Spoken:
        at = timeline.zero
        return Spoken(f"t.{number}", at + since, at + until, ParticipantId("x"), who, room, text, state)  # type: ignore[arg-type]  # one of three

    said = (
        spoken(1, 1_000, 3_000, "周建华", "同志们，现在开会，先请丁文静同志点名。"),
        spoken(2, 5_000, 7_000, "李卫东", "今年支部完成了三件事，电话13800001234。", state="corrected"),
        spoken(3, 9_000, 10_000, "李卫东", "", state="redacted"),
        spoken(4, 12_000, 14_000, "周建华", "下面表决。"),
        spoken(5, 12_500, 13_500, "周建华", IN_A_GROUP, room=RoomId("group-1")),
    )
    taken = (Stretch(timeline.zero + 9_000, timeline.zero + 10_000),)
    transcript.save(archive.folder, Transcript(archive.meeting_id, "test", "zh-CN", said, taken))
    await Quizzes(house.database).save(
        Question(
            "",
            Studied("meeting", archive.meeting_id),
            "single",
            "支部完成了几件事？",
            (Choice("三件", True), Choice("五件", False)),
            "李卫东汇报。",
            approved_at=1,
            made_at=1,
        )
    )
    times = timeline.zero + 5_000, timeline.zero + 7_000, timeline.zero + 5_000, timeline.zero + 7_000
    branch_id = archive.there.branch.branch_id
    settled = DecidedItem(archive.meeting_id, branch_id, Source.SPEECH, "c.t.2.0", Kind.TASK, SETTLED, "", "李卫东", *times, judged_at=1)
    await house.decided_items.keep(settled)
    publication = Publication(
        archive.meeting_id,
        archive.there.branch.branch_id,
        timeline.title,
        "支部审议了年度工作总结，周建华主持。",
        ("工作总结",),
        audience,
        "published",
        shared,
        archive.there.people["secretary"].member_id,
        "何雨桐",
        now_millis(),
        now_millis(),
    )
    await house.publications.save(publication)
    return publication
