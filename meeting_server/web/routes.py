"""Every address of the house, put together from the modules that serve them."""

from __future__ import annotations

from starlette.routing import BaseRoute

from meeting_server.web import account_pages, preference_pages, sign_in_pages, socket

routes: list[BaseRoute] = [
    *socket.routes,
    *sign_in_pages.routes,
    *account_pages.routes,
    *preference_pages.routes,
]
