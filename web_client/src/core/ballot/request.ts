/** A ballot as it is sent: every request for one paper has the same length, so that its length does not tell what was chosen. */
import { type Motion, MotionForce, PollShape } from "../../wire/messages";
import { LONGEST_NAME, LONGEST_WORD } from "../marks";
import { utf8 } from "./bytes";

/** A ballot as it is posted; byte strings as hex. `padding` is not read. */
export interface CastBody {
  readonly key: string;
  readonly prefix: string;
  readonly token: string;
  readonly choices: readonly string[];
  readonly signature: string;
  readonly padding: string;
}

/** The server takes no more. */
const MOST = 16_384;
const STEP = 1_024;
/** Key, prefix, token and signature as hex, with the names of all fields. */
const FIXED = 130 + 64 + 512 + 128 + 100;
/** A mark's quotes, comma, sign and, in elections, the word behind the candidate. */
const AROUND = 16;
/** A word of one's own: 20 characters, of which JSON may make six bytes each. */
const WORD = LONGEST_WORD * 6 + AROUND;
/** A name: 60 characters without those that JSON escapes, three bytes each; a person's id is shorter. */
const NAME = LONGEST_NAME * 3 + AROUND;

/** How long (bytes) any ballot for this paper is made: it follows from the paper alone. */
export function lengthFor(motion: Motion): number {
  const ids = [...motion.choices.map((one) => one.choice_id), ...motion.candidates.map((one) => one.candidate_id)];
  const marks = ids.reduce((sum, id) => sum + utf8(JSON.stringify(id)).length + AROUND, 0);
  const names = motion.force === MotionForce.ELECTION && motion.terms?.run_off !== true ? motion.candidates.length : 0;
  const words = motion.shape === PollShape.WORD ? motion.max_choices : 0;
  return Math.min(MOST, Math.ceil((FIXED + marks + names * NAME + words * WORD) / STEP) * STEP);
}

/** The request's body, `length` bytes long. */
export function padded(ballot: Omit<CastBody, "padding">, length: number): string {
  const bare = JSON.stringify({ ...ballot, padding: "" } satisfies CastBody);
  const missing = Math.max(0, length - utf8(bare).length);
  return JSON.stringify({ ...ballot, padding: "0".repeat(missing) } satisfies CastBody);
}
