/** Secret votes on this device: IndexedDB, WebCrypto and a fetch without credentials, put under `core/ballot`. Loaded when a meeting has a secret vote. */
import { Ballots, type Answer, type BulletinLeaves } from "../core/ballot/ballots";
import type { KeptPaper } from "../core/ballot/kept";
import type { Collect } from "../wire/messages";

export interface Around {
  readonly meeting_id: string;
  readonly participant_id: string;
  transmit(frame: Collect): boolean;
  makeId(): string;
  now(): number;
  head(): string;
}

const STORE = "papers";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("ballots", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no storage"));
  });
}

/** What this phone keeps. Throws when the browser does not let anything be kept. */
async function shelf(): Promise<{ all(): Promise<readonly KeptPaper[]>; put(paper: KeptPaper): Promise<void> }> {
  const database = await open();
  return {
    all: () =>
      new Promise((resolve, reject) => {
        const request = database.transaction(STORE).objectStore(STORE).getAll();
        request.onsuccess = () => resolve(request.result as KeptPaper[]);
        request.onerror = () => reject(request.error ?? new Error("not read"));
      }),
    put: (paper) =>
      new Promise((resolve, reject) => {
        const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
        transaction.objectStore(STORE).put(paper);
        transaction.oncomplete = () => resolve(); // not before: what is sent has to be on the disk
        transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
      }),
  };
}

/** Refusals that only mean "not yet": the box has not been opened for casting, or cannot write now. */
const NOT_YET = new Set(["not_voting", "storage_unavailable", "rate_limited"]);

async function asked<T>(url: string, more: RequestInit): Promise<Answer<T>> {
  let reply: Response;
  try {
    // no cookie, no address of this page: nothing but the ballot itself
    reply = await fetch(url, { ...more, credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error" });
    if (reply.ok) return { ok: (await reply.json()) as T };
  } catch {
    return { wait: true }; // no network, or it broke off
  }
  const code = await reply.json().then(
    (body: { code?: unknown }) => String(body.code ?? ""),
    () => "",
  );
  return code === "" || NOT_YET.has(code) || reply.status >= 500 || reply.status === 429 ? { wait: true } : { code };
}

/** Throws when this browser cannot take part: no WebCrypto (not on https) or no storage. */
export async function ownBallots(around: Around): Promise<Ballots> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) throw new Error("insecure");
  const papers = (motionId: string): string => `/papers/${encodeURIComponent(around.meeting_id)}/${encodeURIComponent(motionId)}`;
  return new Ballots({
    device: { subtle, random: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    meeting_id: around.meeting_id,
    participant_id: around.participant_id,
    shelf: await shelf(),
    transmit: around.transmit,
    cast: (motionId, body) =>
      asked(`${papers(motionId)}/ballots`, { method: "POST", headers: { "Content-Type": "application/json" }, body }),
    leaves: (motionId) => asked<BulletinLeaves>(`${papers(motionId)}/leaves`, {}),
    makeId: around.makeId,
    now: around.now,
    head: around.head,
    chance: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
    later: (ms, run) => void setTimeout(run, ms),
  });
}
