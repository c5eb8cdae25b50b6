/** What the server wrote into the page for the client, and what the address adds. */
import type { Boot } from "../core/store";

const WAYS = ["listen", "audio", "video", "text"] as const;

export function readBoot(): Boot & { readonly probe?: boolean } {
  const text = document.getElementById("boot")?.textContent;
  if (!text) throw new Error("the page carries no boot data");
  const asked = new URLSearchParams(location.search).get("as");
  const data = JSON.parse(text) as Omit<Boot, "as"> & { readonly as?: Boot["as"] };
  return { ...data, as: WAYS.find((way) => way === asked) ?? data.as ?? "listen" };
}

export function socketAddress(meetingId: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/${encodeURIComponent(meetingId)}`;
}

/** The member (or the phone's own setting) asked to spare data. */
export function sparesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

/** A wide page with a mouse gets more pictures than a phone. */
export function isPhone(): boolean {
  return matchMedia("(max-width: 719px), (pointer: coarse)").matches;
}

/** Unique for ever: 128 random bits. */
export function makeId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
