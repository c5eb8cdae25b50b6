/** What is signed, hashed and proved about a secret paper; byte for byte the server's `ballots/ballot.py`. */
import { framed, joined, same, utf8, type Bytes } from "./bytes";

/** The cryptography of this device, injected: `crypto.subtle` and its random source. */
export interface Cryptography {
  readonly subtle: SubtleCrypto;
  random(length: number): Bytes;
}

export async function sha(device: Cryptography, bits: 256 | 384, bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await device.subtle.digest(`SHA-${bits}`, bytes));
}

/** What the blind signature is on. */
export function tokenMessage(device: Cryptography, paperId: string, key: Bytes): Promise<Bytes> {
  return sha(device, 256, framed(utf8("ballot-v1"), utf8(paperId), key));
}

/** What the ballot key signs. */
export function choicesMessage(paperId: string, choices: readonly string[]): Bytes {
  return framed(utf8("cast-v1"), utf8(paperId), ...choices.map(utf8));
}

/** What the server signs when a ballot is in the box. */
export function receiptMessage(paperId: string, leaf: Bytes): Bytes {
  return framed(utf8("receipt-v1"), utf8(paperId), leaf);
}

/** Hex SHA-256 over the paper's two public keys, as shown in the hall. */
export function fingerprintOf(device: Cryptography, modulus: Bytes, receiptKey: Bytes): Promise<Bytes> {
  return sha(device, 256, framed(modulus, receiptKey));
}

export interface Ballot {
  readonly key: Bytes;
  readonly prefix: Bytes;
  readonly token: Bytes;
  readonly choices: readonly string[];
  readonly signature: Bytes;
}

/** The ballot's leaf in the bulletin's tree (RFC 6962 section 2.1). */
export function leafOf(device: Cryptography, { key, prefix, token, choices, signature }: Ballot): Promise<Bytes> {
  const marks = framed(...choices.map(utf8));
  return sha(device, 256, joined(Uint8Array.of(0), framed(key, prefix, token, marks, signature)));
}

/** ECDSA P-256 with SHA-256; `key` an uncompressed point, `signature` r ‖ s. */
export async function verifyP256(device: Cryptography, key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  try {
    const known = await device.subtle.importKey("raw", key, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    return await device.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, known, signature, message);
  } catch {
    return false; // no point of the curve
  }
}

/** The Merkle tree hash over `leaves` in their order (RFC 6962 section 2.1); the leaves are hashes already. */
export async function rootOf(device: Cryptography, leaves: readonly Bytes[]): Promise<Bytes> {
  const [first] = leaves;
  if (first === undefined) return sha(device, 256, new Uint8Array());
  if (leaves.length === 1) return first;
  let split = 1;
  while (2 * split < leaves.length) split *= 2;
  const [left, right] = await Promise.all([rootOf(device, leaves.slice(0, split)), rootOf(device, leaves.slice(split))]);
  return sha(device, 256, joined(Uint8Array.of(1), left, right));
}

/** Whether `leaf` is one of `leaves`, and they are those of the bulletin with `root`. */
export async function isAmong(device: Cryptography, leaf: Bytes, leaves: readonly Bytes[], root: Bytes): Promise<boolean> {
  return leaves.some((one) => same(one, leaf)) && same(await rootOf(device, leaves), root);
}
