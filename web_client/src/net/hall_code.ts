/** Asks the server for the code the hall's screen shows now. */
import type { HallCode } from "../core/actions";

/** Null: no network, or none for this viewer. */
export async function fetchHallCode(meetingId: string): Promise<HallCode | null> {
  try {
    const reply = await fetch(`/meetings/${encodeURIComponent(meetingId)}/stage/code`, { cache: "no-store" });
    return reply.ok ? ((await reply.json()) as HallCode) : null;
  } catch {
    return null;
  }
}
