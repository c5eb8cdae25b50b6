"""Every address of the server, collected from the modules that serve them."""

from __future__ import annotations

from starlette.routing import BaseRoute

from meeting_server.web.attendance import attendance_pages, contest_pages, year_pages
from meeting_server.web.learning import (
    branch_learning,
    collection_pages,
    course_pages,
    learn_pages,
    lesson_pages,
    library_pages,
    note_pages,
    question_pages,
    quiz_pages,
    study_pages,
    xapi_consent,
)
from meeting_server.web.me import account_pages, home
from meeting_server.web.meeting import (
    ballots,
    hall_code_pages,
    hall_device_pages,
    invitation_pages,
    join,
    knock_pages,
    room_page,
    socket,
    whip,
)
from meeting_server.web.people import access_log_pages, branch_pages, link_pages, people_pages, roster_pages, sign_in_pages
from meeting_server.web.record import (
    archive_pages,
    decided_pages,
    draft_pages,
    erasing_pages,
    heard,
    hearing_again,
    minutes_pages,
    player_pages,
    record_access_pages,
    record_pages,
    recorded_files,
    search_pages,
    transcript_editor,
    transcript_pages,
)
from meeting_server.web.schedule import (
    calendar_pages,
    committee_pages,
    document_pages,
    leave_pages,
    meeting_pages,
    rules_pages,
    scheduling_pages,
)
from meeting_server.web.sharing import feed_pages, sharing_pages, takeaway_pages
from meeting_server.web.site import preference_pages

routes: list[BaseRoute] = [
    *socket.routes,
    *ballots.routes,
    *sign_in_pages.routes,
    *account_pages.routes,
    *preference_pages.routes,
    *branch_pages.routes,
    *access_log_pages.routes,
    *roster_pages.routes,
    *rules_pages.routes,
    *committee_pages.routes,
    *year_pages.routes,
    *link_pages.routes,
    *erasing_pages.routes,
    *people_pages.routes,  # after the fixed words under /people, because a person's address can have any word there
    *home.routes,
    *scheduling_pages.routes,
    *meeting_pages.routes,
    *document_pages.routes,
    *attendance_pages.routes,
    *contest_pages.routes,
    *invitation_pages.routes,
    *leave_pages.routes,
    *join.routes,
    *knock_pages.routes,
    *room_page.routes,
    *hall_code_pages.routes,
    *hall_device_pages.routes,
    *whip.routes,
    *archive_pages.routes,
    *player_pages.routes,
    *minutes_pages.routes,
    *draft_pages.routes,
    *transcript_pages.routes,
    *record_pages.routes,
    *hearing_again.routes,
    *transcript_editor.routes,
    *decided_pages.routes,
    *record_access_pages.routes,
    *recorded_files.routes,
    *heard.routes,
    *takeaway_pages.routes,
    *sharing_pages.routes,
    *calendar_pages.routes,
    *feed_pages.routes,
    *xapi_consent.routes,
    *search_pages.routes,
    *learn_pages.routes,
    *note_pages.routes,
    *study_pages.routes,
    *lesson_pages.routes,
    *quiz_pages.routes,
    *question_pages.routes,
    *course_pages.routes,
    *collection_pages.routes,
    *library_pages.routes,
    *branch_learning.routes,
]
