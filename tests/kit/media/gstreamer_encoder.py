# mypy: ignore-errors - it runs in the system's Python, and GStreamer's bindings have no types
"""A GStreamer encoder or screen at an HTTP address (WHIP, WHEP), run by the system's Python, which has GStreamer's bindings.

    /usr/bin/python3 gstreamer_encoder.py publish URL TOKEN vp8|h264 SECONDS
    /usr/bin/python3 gstreamer_encoder.py watch URL TOKEN vp8 FRAMES

The last line is one JSON object: the offer, the HTTP status, and how many pictures and sounds came out of the decoders.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urljoin

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

VIDEO = {
    "vp8": "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=30 target-bitrate=300000 ! rtpvp8pay picture-id-mode=15-bit pt=96"
    " ! application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000",
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=300 ! video/x-h264,profile=constrained-baseline"
    " ! rtph264pay config-interval=-1 aggregate-mode=zero-latency pt=97"
    " ! application/x-rtp,media=video,encoding-name=H264,payload=97,clock-rate=90000",
}
PUBLISH = (
    "webrtcbin name=peer bundle-policy=max-bundle "
    "audiotestsrc is-live=true freq=440 ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=111"
    " ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000 ! peer. "
    "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1 ! videoconvert ! {video} ! peer."
)


class Client:
    def __init__(self, goal, url, token, codec, amount):
        self.goal, self.url, self.token, self.codec, self.amount = goal, url, token, codec, float(amount)
        self.counted = {"video": 0, "audio": 0}
        self.result = {"version": Gst.version_string(), "offer": "", "status": 0, "location": ""}
        self.loop = GLib.MainLoop()
        if goal == "publish":
            self.pipeline = Gst.parse_launch(PUBLISH.format(video=VIDEO[codec]))
        else:
            self.pipeline = Gst.Pipeline()
            self.pipeline.add(Gst.parse_launch("webrtcbin name=peer bundle-policy=max-bundle"))
        self.peer = self.pipeline.get_by_name("peer")
        if goal == "watch":
            only = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
            video = "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000"
            if codec == "h264":
                video = (
                    "application/x-rtp,media=video,encoding-name=H264,payload=97,clock-rate=90000,"
                    "packetization-mode=(string)1,profile-level-id=(string)42e01f"
                )
            for caps in ("application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000", video):
                self.peer.emit("add-transceiver", only, Gst.Caps.from_string(caps))
            self.peer.connect("pad-added", self.came)
        else:
            for number in range(2):
                way = self.peer.emit("get-transceiver", number)
                way.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        self.peer.connect("notify::ice-gathering-state", self.gathered)

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.timeout_add(200, self.describe)
        began = time.monotonic()

        def enough():
            full = self.goal == "watch" and self.counted["video"] >= self.amount and self.counted["audio"] >= 20
            limit = 30 if self.goal == "watch" else self.amount
            if full or time.monotonic() - began > limit or self.result["status"] not in (0, 201):
                self.loop.quit()
                return False
            return True

        GLib.timeout_add(50, enough)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        if self.result["location"]:
            self.ask("DELETE", self.result["location"], None)
        print(json.dumps({**self.result, "counted": self.counted}))

    def describe(self):
        self.peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.described))
        return False

    def described(self, promise):
        reply = promise.get_reply()  # kept, for the offer lives in it
        self.peer.emit("set-local-description", reply.get_value("offer"), None)

    def gathered(self, peer, _):
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self.send)

    def send(self):
        if self.result["status"]:
            return False
        self.result["offer"] = self.peer.get_property("local-description").sdp.as_text()
        status, headers, body = self.ask("POST", self.url, self.result["offer"])
        self.result["status"], self.result["location"] = status, headers.get("Location") or ""
        if status != 201:
            self.result["refusal"] = body
            return False
        _, message = GstSdp.SDPMessage.new_from_text(body)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.peer.emit("set-remote-description", answer, None)
        return False

    def ask(self, method, url, body):
        address = urljoin(self.url, url)
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/sdp"
        request = urllib.request.Request(address, body.encode() if body is not None else None, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read().decode()

    def came(self, _, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        kind = pad.get_current_caps().get_structure(0).get_string("media")
        decoders = {"audio": "rtpopusdepay ! opusdec", "vp8": "rtpvp8depay ! vp8dec", "h264": "rtph264depay ! avdec_h264"}
        words = decoders["audio" if kind == "audio" else self.codec] + " ! fakesink name=out sync=false signal-handoffs=true"
        sink = Gst.parse_bin_from_description("queue ! " + words, True)
        sink.get_by_name("out").connect("handoff", lambda *_: self.count(kind))
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))

    def count(self, kind):
        self.counted[kind] += 1


if __name__ == "__main__":
    Gst.init(None)
    Client(*sys.argv[1:]).run()
