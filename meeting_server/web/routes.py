"""Every address of the house, put together from the modules that serve them."""

from __future__ import annotations

from starlette.routing import BaseRoute

from meeting_server.web import (
    account_pages,
    branch_pages,
    home,
    invitation_pages,
    leave_pages,
    meeting_pages,
    preference_pages,
    scheduling,
    sign_in_pages,
    socket,
)

routes: list[BaseRoute] = [
    *socket.routes,
    *sign_in_pages.routes,
    *account_pages.routes,
    *preference_pages.routes,
    *branch_pages.routes,
    *home.routes,
    *scheduling.routes,
    *meeting_pages.routes,
    *invitation_pages.routes,
    *leave_pages.routes,
]
