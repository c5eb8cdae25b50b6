"""Every address of the house, put together from the modules that serve them."""

from __future__ import annotations

from starlette.routing import BaseRoute

from meeting_server.web import (
    access_log_pages,
    account_pages,
    archive_pages,
    attendance_pages,
    ballots,
    branch_pages,
    contest_pages,
    hall_code_pages,
    home,
    invitation_pages,
    join,
    leave_pages,
    link_pages,
    meeting_pages,
    people_pages,
    preference_pages,
    room_page,
    roster_pages,
    rules_pages,
    scheduling,
    search_pages,
    sign_in_pages,
    socket,
    year_pages,
)

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
    *year_pages.routes,
    *link_pages.routes,
    *people_pages.routes,  # after the fixed words under /people: a person's address has any word there
    *home.routes,
    *scheduling.routes,
    *meeting_pages.routes,
    *attendance_pages.routes,
    *contest_pages.routes,
    *invitation_pages.routes,
    *leave_pages.routes,
    *join.routes,
    *room_page.routes,
    *hall_code_pages.routes,
    *archive_pages.routes,
    *search_pages.routes,
]
