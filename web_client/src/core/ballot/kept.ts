/** What this phone keeps about its own secret papers, and what the views are told of them. */
import { signal } from "@preact/signals";
import type { MotionId } from "../../wire/messages";

/** Saved before anything is sent; byte strings as hex. Lives on this phone only. */
export interface KeptPaper {
  /** `participant|paper`, unique on this phone. */
  readonly id: string;
  readonly participant_id: string;
  readonly meeting_id: string;
  readonly motion_id: MotionId;
  readonly modulus: string;
  readonly receipt_key: string;
  /** The ballot's one-time key; the private half can be used here and not be read out. Null once it is of no more use. */
  readonly private_key: CryptoKey | null;
  readonly key: string;
  readonly prefix: string;
  readonly salt: string;
  readonly inverse: string;
  readonly blinded: string;
  /** The paper, once it is collected. */
  readonly token: string;
  readonly choices: readonly string[] | null;
  /** By the ballot's key over the choices. */
  readonly signature: string;
  readonly receipt: string;
  readonly leaf: string;
  /** `in`: proved to be in the sealed bulletin; `out`: it is not, or that is not the bulletin whose root was published. */
  readonly bulletin: "unknown" | "in" | "out";
  /** This device's time (Unix ms) at which it looks into the sealed bulletin by itself; missing before it is sealed. */
  readonly check_at?: number;
  readonly checked_at: number | null;
  /** Why the paper could not be collected or the ballot not be counted. */
  readonly refused: string;
  /** The record's head when the ballot was last looked for, `seq.hash32`; missing before. */
  readonly head?: string;
}

/** What stays once a ballot is proved, or was never counted: enough to look again, and nothing of what was chosen. Where a receipt
 * was given for a ballot that is not in the bulletin everything stays: it is the proof of that. */
export function settled(kept: KeptPaper): KeptPaper {
  if (kept.bulletin === "unknown" || (kept.bulletin === "out" && kept.receipt !== "")) return kept;
  return { ...kept, private_key: null, key: "", prefix: "", salt: "", inverse: "", blinded: "", token: "", choices: null, signature: "" };
}

export type PaperState =
  | "collecting" // asked for
  | "not_collected" // refused: see `code`
  | "held" // collected, nothing chosen
  | "casting" // 未计入
  | "counted" // 已计入, with a receipt
  | "not_counted" // refused: see `code`
  | "unsupported"; // this browser cannot vote secretly: see `code`

/** A paper as the sheets show it. */
export interface OwnPaper {
  readonly state: PaperState;
  readonly code: string;
  readonly choices: readonly string[];
  /** Groups of four, to be read out: the beginning of the ballot's leaf. */
  readonly stub: string;
  readonly bulletin: KeptPaper["bulletin"];
  readonly checked_at: number | null;
  readonly head: string;
  /** This device's time (Unix ms) since which it is on its way; null: it is not. */
  readonly since: number | null;
}

/** The viewer's own papers of this meeting. */
export const ownPapers = signal<Readonly<Record<MotionId, OwnPaper>>>({});
/** Whether what this phone keeps has been looked up. */
export const papersKnown = signal(false);
/** This browser cannot vote secretly: no WebCrypto (the page is not on https), or it keeps nothing. */
export const papersUnsupported = signal(false);
/** Handed out and returned, as last told for each secret vote. */
export const progress = signal<Readonly<Record<MotionId, { readonly issued: number; readonly returned: number }>>>({});

/** `5C02 91AE …` */
export function inFours(hex: string, length = 12): string {
  return (
    hex
      .slice(0, length)
      .toUpperCase()
      .match(/.{1,4}/g) ?? []
  ).join(" ");
}

export function asOwn(kept: KeptPaper, since: number | null): OwnPaper {
  const state: PaperState =
    kept.receipt !== "" || kept.bulletin === "in"
      ? "counted"
      : kept.refused !== "" || kept.bulletin === "out"
        ? kept.token === "" && kept.leaf === ""
          ? "not_collected"
          : "not_counted"
        : kept.token === ""
          ? "collecting"
          : kept.choices === null
            ? "held"
            : "casting";
  const stub = kept.leaf === "" ? "" : inFours(kept.leaf);
  return {
    state,
    code: kept.refused !== "" ? kept.refused : kept.bulletin === "out" && kept.receipt === "" ? "poll_closed" : "",
    choices: kept.choices ?? [],
    stub,
    bulletin: kept.bulletin,
    checked_at: kept.checked_at,
    head: kept.head ?? "",
    since,
  };
}

/** `152.9c41 7be0 …`: the record's head, to be read and compared. */
export function headWords(head: string): string {
  const [seq = "", hash = ""] = head.split(".");
  return `${seq}.${(hash.match(/.{1,4}/g) ?? []).join(" ")}`;
}
