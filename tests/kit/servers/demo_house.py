"""The demo branch on a real server, everyone signed in once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.kit.servers.running import Server

CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class DemoHouse:
    """The demo branch on a real server. ``cookies``: the sign-in cookie of each person with a link, by name."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = server.url
        self.cookies = {name: self._sign_in(link) for _, name, link in server.links}

    def _sign_in(self, link: str) -> str:
        with httpx.Client(timeout=30) as client:
            token = CSRF.search(client.get(link).text)
            assert token is not None
            assert client.post(link, data={"csrf": token[1]}).status_code == 303
            return client.cookies["signin"]

    def get(self, name: str, path: str) -> httpx.Response:
        """A page as one person is shown it."""
        return httpx.get(self.url + path, cookies={"signin": self.cookies[name]}, follow_redirects=True, timeout=30)

    def first(self, name: str, path: str, pattern: str) -> str:
        """The first match of a pattern on a person's page."""
        found = re.search(pattern, self.get(name, path).text)
        assert found is not None, f"{pattern} is not on {path}"
        return found[1]

    @property
    def branch(self) -> str:
        return str(self.get("周建华", "/branches").url).rsplit("/", 1)[1]

    @property
    def live_meeting(self) -> str:
        return self.first("周建华", "/", r'href="/meetings/(m[0-9a-f]+)/enter"')


@pytest.fixture(scope="session")
def demo_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHouse]:
    with Server(tmp_path_factory.mktemp("demo"), "--demo", MEETING_LOG_LEVEL="info") as server:
        yield DemoHouse(server)
