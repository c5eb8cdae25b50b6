"""Informs the open sockets of a sign-in at once that it has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable


class SignOuts:
    """Open sockets by sign-in. A socket watches its sign-in while it is open, and signing out calls it back once."""

    def __init__(self) -> None:
        self._watching: dict[str, dict[object, Callable[[], None]]] = {}

    def watch(self, sign_in_id: str, ended: Callable[[], None]) -> Callable[[], None]:
        """Call ``ended`` when the sign-in ends. The returned function stops watching and is idempotent."""
        key = object()
        self._watching.setdefault(sign_in_id, {})[key] = ended

        def stop() -> None:
            watchers = self._watching.get(sign_in_id)
            if watchers is not None:
                watchers.pop(key, None)
                if not watchers:
                    del self._watching[sign_in_id]

        return stop

    def announce(self, sign_in_ids: Iterable[str]) -> None:
        """Call back everyone who watches these sign-ins, because they have ended."""
        for sign_in_id in sign_in_ids:
            for ended in list(self._watching.pop(sign_in_id, {}).values()):
                ended()
