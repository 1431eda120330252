/** Keys that sign. A device's key is made in the browser, kept there and never leaves it; what it signs, it signs there. */

import type { Bytes } from "../../protocol/bytes.ts";
import { concat, fromHex, toHex } from "../../protocol/bytes.ts";
import { ED25519 } from "../../protocol/suites.ts";
import { Trouble } from "../trouble.ts";

/** A key as the browser keeps it: its secret half can be used and not read. */
export interface Device {
  readonly suite: number;
  readonly key: Bytes;
  readonly secret: CryptoKey;
}

const ALGORITHM = "Ed25519";
// What stands before a seed of Ed25519 in PKCS #8; RFC 8410, section 7.
const PKCS8 = fromHex("302e020100300506032b657004220420");

/** Make a key that cannot be taken out of this browser.
 *
 * @throws Trouble: `browser_too_old`, or `insecure_page`: over plain HTTP a browser gives no keys.
 */
export async function makeDevice(): Promise<Device> {
  requireKeys();
  try {
    const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
    const key = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    return { suite: ED25519, key, secret: pair.privateKey };
  } catch {
    throw new Trouble("browser_too_old", "this browser makes no keys of Ed25519", { nextStep: "use a newer browser" });
  }
}

/** Return the key of a seed of 32 bytes; from here on its secret can be used and not read. */
export async function deviceOf(seed: Bytes): Promise<Device> {
  requireKeys();
  const readable = await crypto.subtle.importKey("pkcs8", concat(PKCS8, seed), ALGORITHM, true, ["sign"]);
  // The public half stands in the key's own words: base64url of 32 bytes.
  const { x = "" } = await crypto.subtle.exportKey("jwk", readable);
  const key = Uint8Array.from(atob(x.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const secret = await crypto.subtle.importKey("pkcs8", concat(PKCS8, seed), ALGORITHM, false, ["sign"]);
  return { suite: ED25519, key, secret };
}

/** Return the signature of a message. */
export async function signBy(device: Device, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, device.secret, message));
}

/** Return a key as requests name it: `SUITE:HEX`. */
export function nameOf(device: Pick<Device, "suite" | "key">): string {
  return `${device.suite}:${toHex(device.key)}`;
}

/** Return bytes that nobody can foresee. */
export function drawn(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

function requireKeys(): void {
  if (globalThis.crypto?.subtle === undefined) {
    const nextStep = "open it by https, or on the machine itself";
    throw new Trouble("insecure_page", "a browser gives keys to a secure page only", { nextStep });
  }
}
