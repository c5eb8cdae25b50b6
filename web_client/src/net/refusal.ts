/** Why a socket was refused: the handshake's answer is kept from pages, so the same address is asked once more. */

export interface Refusal {
  /** The close code that says the same on an open socket; undefined when nothing is known. */
  readonly close?: number;
  /** How long the server wants to be left alone (ms); 0: it did not say. */
  readonly retryAfter: number;
}

/** `url` is the socket's own (`ws:` or `wss:`). Never throws: without an answer nothing is known. */
export async function whyNot(url: string): Promise<Refusal> {
  try {
    const answer = await fetch(url.replace(/^ws/, "http"), { cache: "no-store", headers: { accept: "application/json" } });
    if (answer.ok) return { retryAfter: 0 };
    const retryAfter = Math.min(60, Number(answer.headers.get("retry-after")) || 0) * 1_000;
    const body = (await answer.json()) as { close?: unknown };
    return typeof body.close === "number" ? { close: body.close, retryAfter } : { retryAfter };
  } catch {
    return { retryAfter: 0 };
  }
}
