"""A small learning record store on a real socket: keeps statements, checks them against the xAPI 1.0.3 specification."""

from __future__ import annotations

import base64
import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

USER, PASSWORD = "branch", "correct horse"
DURATION = re.compile(r"P(?!$)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)?")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def faults(statement: dict[str, Any]) -> list[str]:
    """What the specification does not allow, in words; of the parts that we use, everything."""
    wrong: list[str] = []

    def need(true: bool, what: str) -> None:
        if not true:
            wrong.append(what)

    def keys(part: dict[str, Any], required: set[str], optional: set[str], name: str) -> None:
        need(required <= set(part) <= required | optional, f"{name}: {sorted(part)}")

    def iri(value: object, name: str) -> None:
        need(isinstance(value, str) and bool(urlsplit(value).scheme) and " " not in value, f"{name} is no IRI: {value!r}")

    def language_map(value: dict[str, Any], name: str) -> None:
        fine = all(LANGUAGE.fullmatch(tag) and isinstance(text, str) for tag, text in value.items())
        need(bool(value) and fine, f"{name} is no language map")

    keys(statement, {"id", "actor", "verb", "object", "timestamp"}, {"result", "context"}, "statement")
    need(str(uuid.UUID(statement["id"])) == statement["id"], "id is no UUID")
    actor = statement["actor"]
    keys(actor, {"account"}, {"objectType"}, "actor")  # exactly one inverse functional identifier, and no name
    need(actor.get("objectType", "Agent") == "Agent", "actor is no Agent")
    keys(actor["account"], {"homePage", "name"}, set(), "account")
    iri(actor["account"]["homePage"], "homePage")
    keys(statement["verb"], {"id"}, {"display"}, "verb")
    iri(statement["verb"]["id"], "verb")
    language_map(statement["verb"]["display"], "display")
    thing = statement["object"]
    keys(thing, {"id"}, {"objectType", "definition"}, "object")
    iri(thing["id"], "object")
    keys(thing["definition"], set(), {"name", "description", "type"}, "definition")
    iri(thing["definition"]["type"], "type")
    language_map(thing["definition"]["name"], "name")
    result = statement.get("result", {})
    keys(result, set(), {"score", "success", "completion", "response", "duration"}, "result")
    need(all(isinstance(result[name], bool) for name in ("success", "completion") if name in result), "success or completion is no boolean")
    if "duration" in result:
        need(DURATION.fullmatch(result["duration"]) is not None, f"duration {result['duration']}")
    if "score" in result:
        score = result["score"]
        keys(score, set(), {"scaled", "raw", "min", "max"}, "score")
        need(-1 <= score["scaled"] <= 1, "scaled")
        need(score["min"] < score["max"] and score["min"] <= score["raw"] <= score["max"], "raw, min, max")
    keys(statement.get("context", {}), set(), {"platform", "language", "registration"}, "context")
    need(datetime.fromisoformat(statement["timestamp"]).tzinfo is not None, "timestamp without offset")
    return wrong


@dataclass
class Store:
    """``kept`` by id; ``next_answers`` (status, headers) are given, in order, before anything is looked at."""

    endpoint: str = ""
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    next_answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    most: int = 1000
    asked: threading.Event = field(default_factory=threading.Event)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], Any]:
        if self.next_answers:
            status, extra = self.next_answers.pop(0)
            return status, extra, "as told"
        if path != "/xapi/statements":
            return 404, {}, "not here"
        if headers.get("authorization") != "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode():
            return 401, {"WWW-Authenticate": "Basic"}, "who are you"
        if not headers.get("x-experience-api-version", "").startswith("1.0."):
            return 400, {}, "version header missing"
        statements = json.loads(body)
        self.sizes.append(len(statements))
        if len(statements) > self.most:
            return 413, {}, "too many"
        if wrong := [fault for one in statements for fault in faults(one)]:
            return 400, {}, "; ".join(wrong)
        if any(self.kept.get(one["id"], one) != one for one in statements):
            return 409, {}, "another statement has this id"
        self.kept |= {one["id"]: one for one in statements}
        return 200, {}, [one["id"] for one in statements]


@contextmanager
def record_store() -> Iterator[Store]:
    """Running until the block ends."""
    store = Store()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            store.asked.set()
            status, headers, answer = store.take(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in (*headers.items(), ("Content-Type", "application/json"), ("Content-Length", str(len(content)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Not in the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    store.endpoint = f"http://127.0.0.1:{server.server_address[1]}/xapi/"
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
