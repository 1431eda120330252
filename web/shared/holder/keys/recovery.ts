/** The recovery code: what a holder writes down, and with which a lost device is replaced.
 *
 * 1. 128 bits are drawn, and 32 bits of their hash stand behind them: a letter that was read badly is found.
 * 2. They are written as 32 letters and digits in groups of four, without those that look alike (Crockford's base 32).
 * 3. The recovery key's seed is derived from the bits alone: whoever has the code has the key, on any device.
 */

import { type Bytes, concat, sameBytes, sha256, utf8 } from "../../protocol/bytes.ts";
import { Trouble } from "../trouble.ts";
import { drawn } from "./device.ts";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const READ_AS: Readonly<Record<string, string>> = { O: "0", I: "1", L: "1" };
const SECRET_SIZE = 16;
const CHECK_SIZE = 4;
const CODE_SIZE = 32;
const BITS_OF_A_LETTER = 5n;
const PURPOSE = "dcep recovery key";

/** Draw a recovery code. */
export async function drawCode(): Promise<string> {
  // 1.
  const secret = drawn(SECRET_SIZE);
  const whole = concat(secret, (await sha256(secret)).slice(0, CHECK_SIZE));
  // 2.
  let rest = whole.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  let letters = "";
  for (let at = 0; at < CODE_SIZE; at += 1) {
    letters = (LETTERS[Number(rest & 31n)] ?? "") + letters;
    rest >>= BITS_OF_A_LETTER;
  }
  return letters.replace(/(.{4})(?=.)/g, "$1 ");
}

/** Return the seed of the recovery key.
 *
 * @param code as it was written down: blanks, hyphens and small letters do not matter.
 * @throws Trouble: `bad_recovery_code`: a letter is missing or wrong.
 */
export async function seedOf(code: string): Promise<Bytes> {
  const letters = [...code.toUpperCase().replace(/[\s-]/g, "")].map((letter) => READ_AS[letter] ?? letter);
  if (letters.length !== CODE_SIZE || letters.some((letter) => !LETTERS.includes(letter))) throw badCode();
  let number = letters.reduce((value, letter) => (value << BITS_OF_A_LETTER) | BigInt(LETTERS.indexOf(letter)), 0n);
  const whole = new Uint8Array(SECRET_SIZE + CHECK_SIZE);
  for (let at = whole.length - 1; at >= 0; at -= 1) {
    whole[at] = Number(number & 255n);
    number >>= 8n;
  }
  const secret = whole.slice(0, SECRET_SIZE);
  if (!sameBytes(whole.slice(SECRET_SIZE), (await sha256(secret)).slice(0, CHECK_SIZE))) throw badCode();
  // 3.
  const imported = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(PURPOSE) };
  return new Uint8Array(await crypto.subtle.deriveBits(derivation, imported, 256));
}

function badCode(): Trouble {
  const nextStep = "compare it with what you wrote down, letter by letter";
  return new Trouble("bad_recovery_code", "this is no recovery code: a letter is missing or wrong", { nextStep });
}
