"""A conversation over the socket, frame by frame: printed in docs/PROTOCOL.md, and held by a test against a real server.

``→`` is what the phone says, ``←`` what the server says. Ids, hashes and times differ each time: in the test the fields
in ``VOLATILE`` only have to be there.
"""

from __future__ import annotations

from typing import Literal

VOLATILE = frozenset({"connection_id", "hash8", "position", "head", "now", "at", "state", "detail"})

Line = tuple[Literal["→", "←"], str]

SPEAKER = "chair"
"""Who holds the conversation: the secretary of a meeting with three other members."""

COMING_IN: tuple[Line, ...] = (
    ("→", '{"type":"hello","device":"phone"}'),
    (
        "←",
        '{"type":"welcome","you":{"participant_id":"chair","name":"何雨桐","connection_id":"k3Jq0cT9sLwX"},'
        '"resumed":false,"position":"1.5f0c27ae","now":1800000000000,"missed":0,"media":false,"captions":false,'
        '"head":"1.5f0c27ae61d8b2a4c90e7f3315ab60dd"}',
    ),
    ("←", '{"type":"snapshot","position":"1.5f0c27ae","seq":1,"state":{"…":"see MeetingState"}}'),
    (
        "←",
        '{"type":"event","seq":2,"hash8":"9b1d44e0","at":1800000000005,"kind":"ConnectionOpened",'
        '"data":{"participant_id":"chair","connection_id":"k3Jq0cT9sLwX","device":"phone"}}',
    ),
    (
        "←",
        '{"type":"event","seq":3,"hash8":"7c02a9d1","at":1800000000005,"kind":"ParticipantArrived","data":{"participant_id":"chair"}}',
    ),
)
COMMANDS: tuple[Line, ...] = (
    ("→", '{"type":"command","id":"7d0f6a52b1c94e38","kind":"OpenMeeting","data":{}}'),
    ("←", '{"type":"ack","id":"7d0f6a52b1c94e38","seq":4}'),
    (
        "←",
        '{"type":"event","seq":4,"hash8":"20cf9e11","at":1800000001000,"kind":"MeetingOpened","data":{"opened_by":"chair"}}',
    ),
    ("→", '{"type":"command","id":"7d0f6a52b1c94e38","kind":"OpenMeeting","data":{}}'),
    ("←", '{"type":"ack","id":"7d0f6a52b1c94e38","seq":4}'),
    ("→", '{"type":"command","id":"a2e9004bd61f4c07","kind":"DraftMotion","data":{"title":"关于接收预备党员的决议"}}'),
    ("←", '{"type":"ack","id":"a2e9004bd61f4c07","seq":5}'),
    ("→", '{"type":"command","id":"e81b7c3355a04f9d","kind":"OpenMotion","data":{"motion_id":"m1","seconds":60}}'),
    (
        "←",
        '{"type":"rejected","id":"e81b7c3355a04f9d","code":"no_quorum","field":"",'
        '"detail":{"needed":3,"present":1,"entitled":4},"retry_after_ms":0}',
    ),
)
MISTAKES: tuple[Line, ...] = (
    ("→", '{"type":"command","id":"c5d2f3a90e7b4418","kind":"PostChat","data":{"txt":"少了字段"}}'),
    (
        "←",
        '{"type":"rejected","id":"c5d2f3a90e7b4418","code":"bad_message","field":"data.text","detail":{},"retry_after_ms":0}',
    ),
    ("→", '{"type":"want"}'),
    ("←", '{"type":"error","code":"bad_message","re":"want","field":"video","retry_after_ms":0}'),
)
SIGNS_OF_LIFE: tuple[Line, ...] = (
    ("→", '{"type":"ping","sent":1800000005000}'),
    ("←", '{"type":"pong","sent":1800000005000,"now":1800000005012}'),
    ("→", '{"type":"signal","kind":"visible","on":false}'),
    (
        "←",
        '{"type":"event","seq":6,"hash8":"1a77be03","at":1800000009000,"kind":"ResponsivenessChanged",'
        '"data":{"participant_id":"chair","connection_id":"k3Jq0cT9sLwX","responsive":false}}',
    ),
)
MEDIA: tuple[Line, ...] = (
    ("→", '{"type":"offer","id":"offer-1","sdp":"v=0…","video_slots":4}'),
    ("←", '{"type":"error","code":"media_unavailable","re":"offer-1","field":"","retry_after_ms":0}'),
)
CONVERSATION: tuple[Line, ...] = (*COMING_IN, *COMMANDS, *MISTAKES, *SIGNS_OF_LIFE, *MEDIA)

OTHERS: tuple[str, ...] = (
    '{"type":"skip","seq":7,"hash8":"0d9c41f2"}',
    '{"type":"head","head":"152.9c417be053d2a6f08b1e44d37c95aa02"}',
    '{"type":"answer","id":"offer-1","sdp":"v=0…","mids":{"0":"microphone","1":"camera","2":"audio_slot"}}',
    '{"type":"slots","slots":{"2":"m1","3":null},"left_out":[]}',
    '{"type":"speaking","participants":["m1"]}',
    '{"type":"caption","participant_id":"m1","since":1800000004000,"until":1800000006500,"text":"现在开会。"}',
    '{"type":"quality","level":2}',
    '{"type":"networks","levels":{"m1":1}}',
    '{"type":"layers","wanted":["q","h"]}',
    '{"type":"link","level":3,"round_trip_ms":41.5,"capacity_kbit_s":1800.0,"streams":['
    '{"mid":"4","role":"video_slot","participant_id":"m1","layer":"h","kbit_s":310.2,"lost_percent":0.4}]}',
    '{"type":"voice","connection_id":"kX2b9QwLr0aF","device":"phone"}',
    '{"type":"media_lost","retry_after_ms":500}',
    '{"type":"typing","participant_id":"m1","on":true}',
    '{"type":"knocked"}',
    '{"type":"collected","id":"c91f0a3d5e7b2468","motion_id":"m2","blind_signature":"3f9c…"}',
    '{"type":"paper","motion_id":"m2","issued":12,"returned":7}',
)
"""Frames of the server that do not occur in the conversation."""

PHONES_OTHERS: tuple[str, ...] = (
    '{"type":"want","video":4,"pinned":"m1","screen":true,"layer":"h"}',
    '{"type":"inspect"}',
    '{"type":"hangup"}',
    '{"type":"collect","id":"c91f0a3d5e7b2468","motion_id":"m2","blinded":"a07e…"}',
)
"""Frames of a phone that do not occur in the conversation."""
