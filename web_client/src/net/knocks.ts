/** Who asks to be let in, and the answer: ordinary requests, so that pages without script do the same. */
import type { Knocks } from "../core/knocks";

/** Null: no network, or nothing of this viewer's business. */
export async function fetchKnocks(meeting: string): Promise<Knocks | null> {
  try {
    const reply = await fetch(`${meeting}/knocks`, { cache: "no-store", headers: { accept: "application/json" } });
    return reply.ok ? ((await reply.json()) as Knocks) : null;
  } catch {
    return null;
  }
}

/** Whether the server took the answer; false also when somebody else was quicker. */
export async function answerKnock(meeting: string, id: string, answer: "let_in" | "refused", csrf: string): Promise<boolean> {
  try {
    const reply = await fetch(`${meeting}/knocks/${encodeURIComponent(id)}`, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({ csrf, answer }),
    });
    return reply.ok;
  } catch {
    return false;
  }
}
