/** Signature suites by their numbers. Twin of `dcep.crypto.suites`; the browser's own functions do the arithmetic.
 *
 * Suite 3 is Ed25519, which every key that is made here has, and every worker. Suite 1 is ECDSA over P-256 with SHA-256:
 * keys are compressed points, signatures r ‖ s.
 */

import { type Bytes, concat } from "./bytes.ts";
import { integer, SuiteUnsupported } from "./layout.ts";

export const P256 = 1;
export const ED25519 = 3;

/** The same in every suite: a command need not say it. */
export const SIGNATURE_SIZE = 64;

const KEY_SIZES: Readonly<Record<number, number>> = { [P256]: 33, [ED25519]: 32 };

// The curve y² = x³ - 3x + b over the field of p elements; FIPS 186-4, D.1.2.3.
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Return how many bytes a key of the suite has.
 *
 * @throws SuiteUnsupported: the number is unknown, or its suite is not built.
 */
export function keySize(suite: number): number {
  const size = KEY_SIZES[suite];
  if (size === undefined) throw new SuiteUnsupported(`signature suite ${suite} is not supported here`);
  return size;
}

/** Return whether the signature is one of the message by the key. */
export async function isSignedBy(suite: number, key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (key.length !== keySize(suite) || signature.length !== SIGNATURE_SIZE) return false;
  const subtle = crypto.subtle;
  try {
    if (suite === ED25519) {
      const imported = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return await subtle.verify("Ed25519", imported, signature, message);
    }
    const point = uncompressed(key);
    if (point === null) return false;
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    const imported = await subtle.importKey("raw", point, curve, false, ["verify"]);
    return await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, signature, message);
  } catch {
    // What is no key of the suite has signed nothing.
    return false;
  }
}

/** Return both coordinates of a compressed point; not every browser reads the short form. */
function uncompressed(key: Bytes): Bytes | null {
  const x = key.subarray(1).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  if ((key[0] !== 2 && key[0] !== 3) || x >= P) return null;
  const square = ((((x * x - 3n) * x + B) % P) + P) % P;
  // p is 3 modulo 4.
  const root = power(square, (P + 1n) / 4n);
  if ((root * root) % P !== square) return null;
  const y = (root & 1n) === BigInt(key[0] & 1) ? root : P - root;
  return concat(Uint8Array.of(4), integer(x, 32), integer(y, 32));
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square, rest] = [1n, base, exponent];
  for (; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
