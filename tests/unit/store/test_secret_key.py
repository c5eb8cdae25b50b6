"""The server's own secret: made once, never a default."""

from __future__ import annotations

from pathlib import Path

import pytest

from meeting_server.store.secret_key import WeakSecret, secret_key


def test_a_secret_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    first = secret_key("", tmp_path)
    assert len(first) >= 32
    assert secret_key("", tmp_path) == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_a_secret_that_chance_made_is_taken_whatever_words_are_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = "q7VtW2m9ZrJ4uxXxXKcN1sLfH6yPdG3eA5RwTzMhBq7VtW2m9ZrJ4uXb8KcN1sLfH"
    monkeypatch.setattr("meeting_server.store.secret_key.secrets.token_urlsafe", lambda size: made)
    assert secret_key("", tmp_path) == secret_key("", tmp_path) == made.encode()


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    assert secret_key("", tmp_path / "a") != secret_key("", tmp_path / "b")


@pytest.mark.parametrize("weak", ["short", "change-me-change-me-change-me-change-me", "a" * 64, "my-secret-key-for-the-branch-server-0"])
def test_a_guessable_secret_is_refused(weak: str, tmp_path: Path) -> None:
    with pytest.raises(WeakSecret, match="32 random characters"):
        secret_key(weak, tmp_path)


def test_a_random_secret_from_the_settings_is_taken(tmp_path: Path) -> None:
    given = "q7VtW2m9ZrJ4uXb8KcN1sLfH6yPdG3eA5RwTzMhB"
    assert secret_key(given, tmp_path) == given.encode()
    assert not (tmp_path / "secret.key").exists()
