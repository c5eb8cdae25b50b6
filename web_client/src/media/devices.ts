/** The microphone, the camera and the screen of this device: opened only when asked, each failure named. */
import type { DeviceFailure } from "../core/store";

/** A capture that was refused; `reason` chooses the advice. */
export class CaptureFailed extends Error {
  constructor(readonly reason: DeviceFailure) {
    super(reason);
  }
}

export function canCapture(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === "function";
}
export function canShareScreen(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

/** The browser's error, in our words. */
export function reasonOf(error: unknown): DeviceFailure {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  const words = error instanceof Error ? error.message : "";
  switch (name) {
    case "NotAllowedError":
    case "PermissionDeniedError":
    case "SecurityError":
      return /dismiss/i.test(words) ? "dismissed" : "denied";
    case "NotFoundError":
    case "DevicesNotFoundError":
      return "missing";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "busy";
    case "OverconstrainedError":
    case "ConstraintNotSatisfiedError":
      return "constrained";
    case "TypeError":
      return "insecure";
    default:
      return "unsupported";
  }
}

async function captured(ask: () => Promise<MediaStream>): Promise<MediaStreamTrack> {
  let stream: MediaStream;
  try {
    stream = await ask();
  } catch (error) {
    throw new CaptureFailed(reasonOf(error));
  }
  const track = stream.getTracks()[0];
  if (!track) throw new CaptureFailed("missing");
  return track;
}

function demandDevices(): MediaDevices {
  if (!isSecureContext) throw new CaptureFailed("insecure");
  if (!canCapture()) throw new CaptureFailed("unsupported");
  return navigator.mediaDevices;
}

/** Raises CaptureFailed. */
export async function openMicrophone(): Promise<MediaStreamTrack> {
  const devices = demandDevices();
  const track = await captured(() =>
    devices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } }),
  );
  if ("contentHint" in track) track.contentHint = "speech";
  return track;
}

/** `facing`: "user" is the front camera. Raises CaptureFailed. */
export async function openCamera(facing: "user" | "environment"): Promise<MediaStreamTrack> {
  const devices = demandDevices();
  const video = { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } };
  const track = await captured(() => devices.getUserMedia({ video })).catch((failed: CaptureFailed) => {
    if (failed.reason !== "constrained") throw failed;
    return captured(() => devices.getUserMedia({ video: true }));
  });
  if ("contentHint" in track) track.contentHint = "motion";
  return track;
}

/** Raises CaptureFailed. */
export async function openScreen(): Promise<MediaStreamTrack> {
  const devices = demandDevices();
  if (!canShareScreen()) throw new CaptureFailed("unsupported");
  const track = await captured(() => devices.getDisplayMedia({ video: { frameRate: { ideal: 10, max: 15 } }, audio: false }));
  if ("contentHint" in track) track.contentHint = "detail";
  return track;
}

/** Whether there are two cameras to choose between; only known once one may be used. */
export async function hasTwoCameras(): Promise<boolean> {
  if (!canCapture() || !navigator.mediaDevices.enumerateDevices) return false;
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput").length > 1;
}
