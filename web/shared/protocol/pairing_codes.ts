/** Pairing codes: what a new till shows, and a person types at a till of the shop that lets it in. Twin of
 * `dcep.messages.merchants.pairing_codes`.
 *
 * A code is made of the new till's key alone: 60 bits of a hash, in twelve letters that nobody mistakes for others.
 * Whoever is told a key under a code makes the code of that key again: another key in its place would be seen.
 */

const TAG = new TextEncoder().encode("dtil");
const LETTERS = 12;
// Crockford's base 32: without I, L, O and U.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE = new RegExp(`^[${ALPHABET}]{${LETTERS}}$`);
const BITS = 5n;

/** The text is no pairing code. */
export class BadPairingCode extends Error {
  constructor() {
    super(`a pairing code has ${LETTERS} letters and digits`);
    this.name = "BadPairingCode";
  }
}

/** Return the code of a key, twelve letters. */
export async function pairingCode(suite: number, key: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new Uint8Array([...TAG, suite, ...key]));
  const bits = new DataView(hash).getBigUint64(0) >> (64n - BigInt(LETTERS) * BITS);
  const letters = Array.from({ length: LETTERS }, (_, at) => Number((bits >> (BigInt(LETTERS - 1 - at) * BITS)) & 31n));
  return letters.map((letter) => ALPHABET.charAt(letter)).join("");
}

/** Return the code that somebody typed: small letters, blanks, dashes, and letters that look alike are forgiven.
 *
 * @throws BadPairingCode: it is none.
 */
export function readPairingCode(text: string): string {
  const code = text.toUpperCase().replaceAll(/[ -]/g, "").replaceAll(/[IL]/g, "1").replaceAll("O", "0");
  if (!CODE.test(code)) throw new BadPairingCode();
  return code;
}

/** Write a code as people read it: `NBXZ-Z2MM-VRC3`. */
export function formatPairingCode(code: string): string {
  return code.replace(/^(.{4})(.{4})/, "$1-$2-");
}
