// libdatachannel, with which OBS speaks WHIP, as an encoder: node obs.mjs URL TOKEN FILE, until it is ended.
// FILE: pictures of H264, each after its length (32 bits), as tests/kit/encoders/pictures.py writes them; sent again and again.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../web_client/package.json", import.meta.url));
const { Audio, H264RtpPacketizer, PeerConnection, RtcpNackResponder, RtcpSrReporter, RtpPacketizationConfig, RtpPacketizer, Video } = require("node-datachannel");

const [url, token, file] = process.argv.slice(2);
const stored = readFileSync(file);
const pictures = [];
for (let at = 0; at < stored.length; at += 4 + stored.readUInt32BE(at)) pictures.push(stored.subarray(at + 4, at + 4 + stored.readUInt32BE(at)));

const peer = new PeerConnection("obs", { iceServers: [], disableAutoNegotiation: true });
const sound = new Audio("0", "SendOnly");
sound.addOpusCodec(111);
sound.addSSRC(1001, "obs", "obs", "audio");
const picture = new Video("1", "SendOnly");
picture.addH264Codec(96); // with the profile that libdatachannel writes by itself, and OBS with it
picture.addSSRC(2002, "obs", "obs", "video");
const [soundTrack, pictureTrack] = [peer.addTrack(sound), peer.addTrack(picture)];

function handled(track, packetizer) {
  packetizer.addToChain(new RtcpSrReporter(packetizer.rtpConfig));
  packetizer.addToChain(new RtcpNackResponder());
  track.setMediaHandler(packetizer);
  return packetizer.rtpConfig;
}
const soundTime = handled(soundTrack, new RtpPacketizer(new RtpPacketizationConfig(1001, "obs", 111, 48_000)));
const pictureTime = handled(pictureTrack, new H264RtpPacketizer("StartSequence", new RtpPacketizationConfig(2002, "obs", 96, 90_000)));

peer.onGatheringStateChange(async (state) => {
  if (state !== "complete") return;
  const answer = await fetch(url, { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/sdp" }, body: peer.localDescription().sdp });
  const words = await answer.text();
  if (answer.status !== 201) {
    console.log(answer.status, words);
    process.exit(1);
  }
  peer.setRemoteDescription(words, "answer");
});
peer.onStateChange((state) => console.log(state));
peer.setLocalDescription("offer");

let shown = 0;
setInterval(() => {
  if (!pictureTrack.isOpen()) return;
  pictureTime.timestamp += 6_000;
  pictureTrack.sendMessageBinary(pictures[shown++ % pictures.length]);
}, 1_000 / 15);
setInterval(() => {
  if (!soundTrack.isOpen()) return;
  soundTime.timestamp += 960;
  soundTrack.sendMessageBinary(Buffer.from([0xf8, 0xff, 0xfe]));
}, 20);
