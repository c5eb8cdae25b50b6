/** Which characters leave this phone, and which spellings are one name: as `domain/characters.py` and `domain/spelling.py` have it.
 * `tests/data/name_vectors.json` holds both to it. The server decides; here a paste with a stray control character is no refusal. */

const LINE_END = /\r\n?|[\u0085\u2028\u2029]/g;
const LEFT_OUT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are the matter
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u202a-\u202e\u2066-\u2069\ufeff\p{Surrogate}\p{Noncharacter_Code_Point}]/gu;
const SHOWS_NOTHING =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each stands for itself
  /^[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]+$/u;
const INVISIBLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each stands for itself
  /[\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/gu;
const DOTS = /\s*[\u00b7•‧∙⋅・･᛫\u0387●○∘⸱ꞏ𐄁ᐧ˙]\s*/gu;
const FULL_STOP = /(?<=\p{Script=Han})\s*[.．。﹒｡․]\s*(?=\p{Script=Han})/gu;
const SPACE_INSIDE = /(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu;

/** The text as it may be sent: ends of lines are one character, what nothing can show is left out; nothing when all of it is such. */
export function clean(text: string): string {
  const left = text.replace(LINE_END, "\n").replace(LEFT_OUT, "");
  return SHOWS_NOTHING.test(left) && left.trim() !== "" ? "" : left;
}

/** What of a name is compared: width, case, spaces between Chinese characters and dots make no difference. */
export function folded(name: string): string {
  const plain = clean(name).replace(INVISIBLE, "").normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
  return plain.replace(DOTS, "").replace(FULL_STOP, "").replace(SPACE_INSIDE, "").trim().replace(/\s+/g, " ");
}
