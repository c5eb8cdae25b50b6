/** The one peer connection: its lines are laid out once, so that nothing is negotiated while people come and go. */

export const AUDIO_SLOTS = 3;
/** Encodings of the camera, small to large. */
export const LAYERS = ["q", "h", "f"] as const;

export interface Peer {
  readonly connection: RTCPeerConnection;
  readonly microphone: RTCRtpTransceiver;
  readonly camera: RTCRtpTransceiver;
  readonly screen: RTCRtpTransceiver;
}

/** The H264 that every browser decodes that decodes any, as cameras of the hall send it: constrained baseline, in whole packets. */
function isPlainH264(codec: RTCRtpCodec): boolean {
  const line = codec.sdpFmtpLine ?? "";
  return codec.mimeType.toLowerCase() === "video/h264" && /packetization-mode=1/.test(line) && /profile-level-id=42e0/i.test(line);
}

/** Only what the server forwards, so that an offer stays small on a slow line: own pictures in VP8, those of others as they come. */
function prefer(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  const codecs = globalThis.RTCRtpReceiver?.getCapabilities?.(kind)?.codecs;
  if (!codecs || !transceiver.setCodecPreferences) return;
  const wanted = kind === "audio" ? ["audio/opus"] : ["video/vp8", "video/rtx"];
  const receives = transceiver.direction === "recvonly";
  const chosen = codecs.filter((codec) => wanted.includes(codec.mimeType.toLowerCase()) || (receives && isPlainH264(codec)));
  if (chosen.length) transceiver.setCodecPreferences(chosen);
}

/** Three sending lines without a track, then the receive slots; the order is the contract with the server's media port. */
export function layOut(iceServers: readonly RTCIceServer[], videoSlots: number): Peer {
  const connection = new RTCPeerConnection({ iceServers: [...iceServers], bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
  const microphone = connection.addTransceiver("audio", { direction: "sendonly" });
  const camera = connection.addTransceiver("video", {
    direction: "sendonly",
    sendEncodings: [
      { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 120_000 },
      { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 400_000 },
      { rid: "f", maxBitrate: 1_200_000 },
    ],
  });
  const screen = connection.addTransceiver("video", { direction: "sendonly" });
  for (let n = 0; n < AUDIO_SLOTS; n++) connection.addTransceiver("audio", { direction: "recvonly" });
  for (let n = 0; n <= videoSlots; n++) connection.addTransceiver("video", { direction: "recvonly" }); // the last is the screen
  for (const transceiver of connection.getTransceivers()) {
    prefer(transceiver, transceiver.receiver.track.kind as "audio" | "video");
  }
  return { connection, microphone, camera, screen };
}

/** The offer's SDP (ICE needs no trickling: the server answers from one known address). */
export async function describe(peer: Peer, iceRestart: boolean): Promise<string> {
  const offer = await peer.connection.createOffer(iceRestart ? { iceRestart } : {});
  await peer.connection.setLocalDescription(offer);
  return peer.connection.localDescription?.sdp ?? offer.sdp ?? "";
}

/** Keep speech small: 32 kbit/s is plenty, and a weak line needs the rest. */
export async function limitSpeech(microphone: RTCRtpTransceiver): Promise<void> {
  const parameters = microphone.sender.getParameters();
  if (!parameters.encodings?.length) return;
  for (const encoding of parameters.encodings) encoding.maxBitrate = 32_000;
  await microphone.sender.setParameters(parameters);
}

/** By how much each layer is smaller than the camera's picture. Browsers send all three only of a wide one (from 960), two
 * from 480 on, else one: of a small camera the layers that are left must not be a quarter of it. */
export function scalesFor(width: number): readonly number[] {
  return width >= 960 ? [4, 2, 1] : width >= 480 ? [2, 1, 1] : [1, 1, 1];
}

/** Which layers of the own camera are sent: those anybody has a use for, or only the smallest on a weak network. */
export async function sendLayers(camera: RTCRtpTransceiver, wanted: readonly string[], thin: boolean): Promise<void> {
  const parameters = camera.sender.getParameters();
  if (!parameters.encodings?.length) return;
  const scales = scalesFor(camera.sender.track?.getSettings().width ?? 1280);
  parameters.encodings.forEach((encoding, index) => {
    encoding.active = index === 0 || (!thin && wanted.includes(encoding.rid ?? ""));
    encoding.scaleResolutionDownBy = scales[index] ?? 1;
  });
  await camera.sender.setParameters(parameters);
}

/** Sums over `getStats`, for whoever wants to know how the connection is doing. */
export async function statistics(peer: Peer): Promise<Record<string, number>> {
  const sums = { audioEnergy: 0, audioSeconds: 0, concealed: 0, samples: 0, frames: 0, frozen: 0, received: 0, sent: 0, roundTrip: 0 };
  (await peer.connection.getStats()).forEach((report: Record<string, unknown>) => {
    const number = (name: string) => (typeof report[name] === "number" ? report[name] : 0);
    if (report["type"] === "inbound-rtp") {
      sums.audioEnergy += number("totalAudioEnergy");
      sums.audioSeconds += number("totalSamplesDuration");
      sums.concealed += number("concealedSamples");
      sums.samples += number("totalSamplesReceived");
      sums.frames += number("framesDecoded");
      sums.frozen += number("totalFreezesDuration");
    } else if (report["type"] === "candidate-pair" && report["nominated"]) {
      sums.received += number("bytesReceived");
      sums.sent += number("bytesSent");
      sums.roundTrip = number("currentRoundTripTime");
    }
  });
  return sums;
}
