"""The command line: ``python -m meeting_server`` or ``meeting-server``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import structlog
import typer
from rich.console import Console

from meeting_server import __version__, observe
from meeting_server.config import Settings
from meeting_server.processes import keep_private
from meeting_server.supervisor import die_with_parent

if TYPE_CHECKING:
    from meeting_server.web.site.catalogue import Language

command = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="支部会议服务器 · Branch meeting server: live meetings, votes and archives.",
)
user = typer.Typer(no_args_is_help=True, help="People who may sign in.")
command.add_typer(user, name="user")
speech = typer.Typer(no_args_is_help=True, help="The speech engine that turns recordings into words.")
command.add_typer(speech, name="speech")
out = Console(highlight=False)


def _say_version(asked: bool) -> None:
    if asked:
        out.print(__version__)
        raise typer.Exit


@command.callback()
def options(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Print the version and leave.")] = False,
) -> None:
    pass


def _words(key: str, **holes: Any) -> str:
    from meeting_server.serve import terminal_language
    from meeting_server.web.site.catalogue import text

    return text(terminal_language(), f"cli.{key}", **holes)


def _stop(message: str, code: int = 1, settings: Settings | None = None) -> NoReturn:
    """``settings``: those of a process that serves, whose lines may be collected."""
    if settings is not None and settings.log_format == "json":
        structlog.get_logger(__name__).error(message)
    else:
        Console(stderr=True, highlight=False).print(message, soft_wrap=True)
    raise typer.Exit(code)


def _chosen_language(language: str) -> Language:
    from meeting_server.serve import terminal_language
    from meeting_server.web.site.catalogue import LANGUAGES

    return next((known for known in LANGUAGES if known == language), terminal_language())


def _settings(process: str) -> Settings:
    settings = Settings()
    keep_private(settings)
    observe.configure(settings.log_level, settings.log_format, process)
    return settings


@command.command()
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Seed a demo branch on first start and print sign-in links.")] = False,
    lan: Annotated[bool, typer.Option("--lan", help="HTTPS for phones on the same Wi-Fi, with a QR code.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any free one.", min=-1, max=65535)] = -1,
) -> None:
    """Start everything: web, media worker and archive worker, supervised."""
    from meeting_server.serve import CanNotStart
    from meeting_server.serve import serve as run
    from meeting_server.store.secret_key import WeakSecret

    if host:
        os.environ["HOST"] = host
    if port >= 0:
        os.environ["PORT"] = str(port)
    if demo:
        os.environ["MEETING_DEMO"] = "1"
    settings = _settings("serve")
    try:
        asyncio.run(run(settings, lan=lan))
    except CanNotStart as error:
        _stop(str(error), settings=settings)
    except WeakSecret:
        _stop(_words("weak_secret"), settings=settings)


@command.command()
def web() -> None:
    """The web process alone: pages, sockets and the meetings themselves."""
    die_with_parent()
    settings = _settings("web")
    from meeting_server.app import run_web
    from meeting_server.store.migrating import MisplacedTables
    from meeting_server.store.secret_key import WeakSecret

    try:
        run_web(settings)
    except WeakSecret:
        _stop(_words("weak_secret"), settings=settings)
    except MisplacedTables as error:
        _stop(_words("misplaced_tables", place=error.place, tables=error.tables), settings=settings)


@command.command()
def media() -> None:
    """A media worker alone: voice and video."""
    die_with_parent()
    settings = _settings("media")
    from meeting_server.processes import run_media

    run_media(settings)


@command.command()
def archive() -> None:
    """The archive worker alone: mixes sound, writes minutes, feeds the search."""
    die_with_parent()
    settings = _settings("archive")
    from meeting_server.processes import run_archive

    run_archive(settings)


@command.command()
def captions() -> None:
    """The captions process alone: writes what is said in rooms that want it."""
    die_with_parent()
    settings = _settings("captions")
    from meeting_server.processes import run_captions

    run_captions(settings)


@speech.command("install")
def speech_install(
    folder: Annotated[
        Path | None, typer.Option("--from", exists=True, file_okay=False, help="Folder with the files, where no network is.")
    ] = None,
    quietly: Annotated[bool, typer.Option("--quietly", hidden=True)] = False,
) -> None:
    """Install Whisper, its weights and the model of meanings into the data folder, or go on with it. A running server takes them up
    without a restart.

    Exit code 0: it is there; 1: it is not.
    """
    die_with_parent()
    settings = _settings("speech")
    from meeting_server.archive.record.worker import be_gentle
    from meeting_server.archive.speech.installed import MEANING
    from meeting_server.archive.speech.installing import Installer, NotInstalled

    be_gentle()
    offline, log = folder.resolve() if folder else None, structlog.get_logger(__name__)
    try:
        Installer(settings.speech_home, second=settings.speech_index, offline=offline).run()
    except NotInstalled as error:
        log.warning("the speech engine is not installed", code=error.code, reason=error.reason)
        if quietly:
            raise typer.Exit(1) from None
        _stop(_words("speech_failed", code=error.code, why=_why_no_speech(error.code)))
    if not quietly:
        out.print(_words("speech_ready"))
    try:
        Installer(settings.meaning_home, bundle=MEANING, second=settings.speech_index, offline=offline).run()
    except NotInstalled as error:
        log.warning("the model of meanings is not installed", code=error.code, reason=error.reason)
        if quietly:
            raise typer.Exit(1) from None
        _stop(_words("meaning_failed", code=error.code, why=_why_no_speech(error.code)))


def _why_no_speech(code: str) -> str:
    from meeting_server.serve import terminal_language
    from meeting_server.web.site.catalogue import text

    return text(terminal_language(), f"speech.failed.{code}")


@command.command()
def audit(
    bundle: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An exported meeting (.zip).")],
    language: Annotated[str, typer.Option("--language", "-l", help="zh-CN or en; default: the terminal's.")] = "",
    head: Annotated[str, typer.Option(help="SEQ.HASH as a phone, the minutes or the hall's screen shows it.")] = "",
) -> None:
    """Check an exported meeting offline: chain, ballots, tallies, verdicts.

    Exit code 0: sound; 1: a doubt, or no bundle; 3: no doubt, but the ballots of a vote are not in it.
    """
    from meeting_server.archive.audit.audit import outside_head
    from meeting_server.archive.audit.printing import audit_file
    from meeting_server.web.site.catalogue import text

    chosen = _chosen_language(language)
    try:
        outside = outside_head(head) if head else None
    except ValueError:
        raise typer.BadParameter(text(chosen, "audit.bad_head"), param_hint="--head") from None
    lines, code = audit_file(bundle, lambda key, **holes: text(chosen, key, **holes), outside)
    for line in lines:
        print(line)
    raise typer.Exit(code)


@command.command()
def rehearse(
    members: Annotated[int, typer.Option(help="Virtual phones; with --until-it-gives-way the most.", min=2, max=2000)] = 40,
    cameras: Annotated[int, typer.Option(help="How many of them show a camera.", min=0, max=25)] = 4,
    minutes: Annotated[float, typer.Option(help="How long they meet.", min=0.05, max=110)] = 3.0,
    until_it_gives_way: Annotated[bool, typer.Option("--until-it-gives-way", help="Step by step more phones.")] = False,
    record: Annotated[bool, typer.Option("--record", help="Record the meeting too.")] = False,
    server: Annotated[str, typer.Option(help="Address of the server; default: the one of this machine's settings.")] = "",
    token: Annotated[str, typer.Option(help="From `meeting-server rehearsal-token` on the server's machine.")] = "",
    report: Annotated[Path, typer.Option(help="Where the report goes.", dir_okay=False)] = Path("rehearsal.html"),
    language: Annotated[str, typer.Option("--language", "-l", help="zh-CN or en; default: the terminal's.")] = "",
) -> None:
    """Play a whole meeting with virtual phones on a running server, and say how many it carries.

    Nothing of it is kept. A meeting that is open keeps it from starting; one that opens ends it. Exit code 0: carried; 1: no rehearsal;
    2: something gave way, or it ended early.
    """
    from meeting_server.rehearsal.command import Wanted
    from meeting_server.rehearsal.command import rehearse as run

    settings = _settings("rehearse").model_copy(update={"log_level": "warning"})
    wanted = Wanted(members, cameras, minutes, until_it_gives_way, record, server, token, report)
    raise typer.Exit(run(settings, wanted, _chosen_language(language)))


@command.command("rehearsal-token")
def rehearsal_token() -> None:
    """Print a token that lets another machine rehearse on this server, for an hour."""
    from meeting_server.rehearsal.command import own_address, own_token

    settings = _settings("rehearse")
    token = own_token(settings)
    out.print(_words("rehearsal_token", url=settings.public_url or own_address(settings)), soft_wrap=True)
    print(token)


@command.command()
def demo() -> None:
    """Seed the demo branch if it is not there, and print new sign-in links."""
    settings = _settings("demo").model_copy(update={"demo": True})
    from meeting_server.demo import links, seed
    from meeting_server.serve import announce, place_of, terminal_language

    place = place_of(settings, lan=False, listening=False)
    asyncio.run(seed(place.settings))
    announce(place, asyncio.run(links(place.settings, terminal_language())), out)


def _people(work: Callable[[Settings], Coroutine[Any, Any, Any]]) -> Any:
    """Run something about people; what went wrong is told in a sentence."""
    from meeting_server.serve import place_of, terminal_language
    from meeting_server.users import NotDone
    from meeting_server.web.site.catalogue import text

    settings = _settings("user").model_copy(update={"log_level": "warning"})
    try:
        return asyncio.run(work(place_of(settings, lan=False, listening=False).settings))
    except NotDone as error:
        _stop(text(terminal_language(), error.code, **error.holes))


@user.command("create")
def user_create(
    name: Annotated[str, typer.Argument(help="The person's name.")],
    number: Annotated[str, typer.Option(help="Student or staff number; signs in with it.")] = "",
    role: Annotated[str, typer.Option(help="administrator, secretary, reviewer or none.")] = "administrator",
    branch: Annotated[str, typer.Option(help="Name of the branch; on an empty server the root is made under it.")] = "",
) -> None:
    """Add a person and print a one-time sign-in link; on an empty server this is the first administrator."""
    from meeting_server.store.people.people import BranchRole
    from meeting_server.users import create

    if role not in ("none", *BranchRole):
        _stop(_words("no_such_role", name=role))
    made = _people(lambda settings: create(settings, name, number, None if role == "none" else BranchRole(role), branch))
    out.print(_words("user_made", name=made.name))
    print(made.link)


@user.command("link")
def user_link(who: Annotated[str, typer.Argument(help="Name or number.")]) -> None:
    """Print a fresh one-time sign-in link; earlier ones end."""
    from meeting_server.users import link

    made = _people(lambda settings: link(settings, who))
    out.print(_words("link_made", name=made.name))
    print(made.link)


@user.command("password")
def user_password(who: Annotated[str, typer.Argument(help="Name or number.")]) -> None:
    """Set a password; it is asked for, so that it stands in no process list."""
    from meeting_server.users import password

    new = typer.prompt(_words("password_prompt"), hide_input=True, confirmation_prompt=True)
    out.print(_words("password_set", name=_people(lambda settings: password(settings, who, new))))


@command.command()
def migrate() -> None:
    """Bring the databases to their newest revisions."""
    settings = _settings("migrate")
    from meeting_server.processes import migrated
    from meeting_server.store.migrating import MisplacedTables

    try:
        asyncio.run(migrated(settings))
    except MisplacedTables as error:
        _stop(_words("misplaced_tables", place=error.place, tables=error.tables))
    out.print(_words("migrated"))


@command.command()
def backup(target: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")]) -> None:
    """Copy database, documents and keys while the server runs; put the folder back to restore."""
    settings = _settings("backup")
    from meeting_server.store.backup import CanNotBackUp, back_up

    try:
        size = asyncio.run(back_up(settings.database, settings.ballot_database, settings.data_dir, target))
    except CanNotBackUp as error:
        _stop(_words(f"backup_{error.code}", path=target, data=settings.data_dir, recordings=settings.recordings_dir))
    out.print(_words("backup_done", path=target, size=round(size / 1e6, 1)), soft_wrap=True)


def main() -> None:
    """Entry point of the ``meeting-server`` script."""
    command()


if __name__ == "__main__":
    main()
