/** RSA blind signatures, the phone's half: RSABSSA-SHA384-PSS of RFC 9474, on BigInt and an injected SHA-384. */
import { fourBytes, fromNumber, joined, same, toNumber, type Bytes } from "./bytes";

export type Digest = (bytes: Bytes) => Promise<Bytes>;

export const EXPONENT = 65537n;
export const SALT_LENGTH = 48;
export const PREFIX_LENGTH = 32;
const HASH_LENGTH = 48;

export function bitLength(n: bigint): number {
  const hex = n.toString(16);
  return 4 * (hex.length - 1) + Number.parseInt(hex[0] ?? "0", 16).toString(2).length;
}
export const byteLength = (n: bigint): number => Math.ceil(bitLength(n) / 8);

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Throws RangeError when `a` has none. */
export function inverseOf(a: bigint, modulus: bigint): bigint {
  let [r, nextR, s, nextS] = [modulus, a % modulus, 0n, 1n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [s, nextS] = [nextS, s - quotient * nextS];
  }
  if (r !== 1n) throw new RangeError("no inverse");
  return s < 0n ? s + modulus : s;
}

async function mask(seed: Bytes, length: number, sha384: Digest): Promise<Bytes> {
  const blocks: Bytes[] = [];
  for (let n = 0; n * HASH_LENGTH < length; n += 1) blocks.push(await sha384(joined(seed, fourBytes(n))));
  return joined(...blocks).slice(0, length);
}

/** EMSA-PSS-ENCODE (RFC 8017 section 9.1.1) with SHA-384 and MGF1; `bits` is one less than the modulus has. */
export async function encoded(message: Bytes, salt: Bytes, bits: number, sha384: Digest): Promise<Bytes> {
  const length = Math.ceil(bits / 8);
  const digest = await sha384(joined(new Uint8Array(8), await sha384(message), salt));
  const data = joined(new Uint8Array(length - salt.length - HASH_LENGTH - 2), Uint8Array.of(1), salt);
  const masks = await mask(digest, data.length, sha384);
  const masked = data.map((byte, i) => byte ^ (masks[i] ?? 0));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits));
  return joined(masked, digest, Uint8Array.of(0xbc));
}

/** Blind (section 4.2). `prepared` is the prefix and the message; `inverse` that of the blinding factor. */
export async function blind(n: bigint, prepared: Bytes, salt: Bytes, inverse: bigint, sha384: Digest): Promise<Bytes> {
  const m = toNumber(await encoded(prepared, salt, bitLength(n) - 1, sha384));
  const r = inverseOf(inverse, n);
  return fromNumber((m * power(r, EXPONENT, n)) % n, byteLength(n));
}

/**
 * Finalize (section 4.4). The salt is one's own, so verifying is encoding once more and comparing. Throws RangeError
 * when the server did not sign what it was given.
 */
export async function finalize(
  n: bigint,
  prepared: Bytes,
  salt: Bytes,
  inverse: bigint,
  blindSignature: Bytes,
  sha384: Digest,
): Promise<Bytes> {
  const length = byteLength(n);
  if (blindSignature.length !== length) throw new RangeError("unexpected length");
  const s = (toNumber(blindSignature) * inverse) % n;
  const expected = await encoded(prepared, salt, bitLength(n) - 1, sha384);
  if (!same(fromNumber(power(s, EXPONENT, n), expected.length), expected)) throw new RangeError("not signed");
  return fromNumber(s, length);
}
