/** How a holder signs requests: RFC 9421 over method, address and digest of the body. Twin of
 * `dcep.messages.http_signatures`, the sender's half.
 *
 * 1. `Content-Digest` is the SHA-256 of the body (RFC 9530).
 * 2. `Signature-Input` says what is covered, when it was signed, until when it counts, a nonce, whose key it is.
 * 3. `Signature` signs the *signature base*, a line for each covered component and one with the parameters.
 */

import { type Bytes, sha256, toBase64, utf8 } from "./bytes.ts";
import { ED25519, P256 } from "./suites.ts";

/** Longer than this no signature counts; a holder's clock is the ledger's, so a minute is enough and spares memory. */
export const MAX_LIFE_S = 300;

const COVERED = ["@method", "@target-uri", "content-digest"] as const;
const LABEL = "sig1";
// Names of RFC 9421, section 6.2.2.
const ALGORITHMS: Readonly<Record<number, string>> = { [ED25519]: "ed25519", [P256]: "ecdsa-p256-sha256" };
const METHOD = /^[A-Z]{1,16}$/;
const TARGET = /^https?:\/\/[!-~]{1,2000}$/;
const NONCE = /^[A-Za-z0-9_-]{16,64}$/;

/** What is signed of a request: its method, its whole address letter for letter, and its body. */
export interface SignedRequest {
  readonly method: string;
  readonly target: string;
  readonly body: Bytes;
}

/** Whose signature it is, and until when. `keyid` is a wallet's digits, or `SUITE:HEX` of a key. */
export interface SigningParameters {
  readonly keyid: string;
  readonly suite: number;
  /** 16 to 64 of `[A-Za-z0-9_-]`, random, never used before. */
  readonly nonce: string;
  readonly nowMs: number;
  /** 1 to 300. */
  readonly lifeS?: number;
}

/** Return the three headers that sign a request.
 *
 * @throws RangeError: method, address, nonce or life cannot stand in a signed request.
 */
export async function signRequest(
  request: SignedRequest,
  sign: (message: Bytes) => Promise<Bytes>,
  { keyid, suite, nonce, nowMs, lifeS = MAX_LIFE_S }: SigningParameters,
): Promise<Readonly<Record<"Content-Digest" | "Signature-Input" | "Signature", string>>> {
  const algorithm = ALGORITHMS[suite];
  const plain = METHOD.test(request.method) && TARGET.test(request.target) && NONCE.test(nonce);
  if (!plain || algorithm === undefined || lifeS < 1 || lifeS > MAX_LIFE_S) {
    throw new RangeError("method, address, nonce or life cannot stand in a signed request");
  }
  // 1.
  const digest = await contentDigest(request.body);
  // 2.
  const created = Math.floor(nowMs / 1_000);
  const covered = COVERED.map((name) => `"${name}"`).join(" ");
  const said = `created=${created};expires=${created + lifeS};nonce="${nonce}";keyid="${keyid}";alg="${algorithm}"`;
  const input = `(${covered});${said}`;
  // 3.
  const signature = await sign(signatureBase(request, digest, input));
  return {
    "Content-Digest": digest,
    "Signature-Input": `${LABEL}=${input}`,
    Signature: `${LABEL}=:${toBase64(signature)}:`,
  };
}

/** Return the value of `Content-Digest` for a body. */
export async function contentDigest(body: Bytes): Promise<string> {
  return `sha-256=:${toBase64(await sha256(body))}:`;
}

/** Return the bytes that are signed: a line for each covered component, then the parameters. */
export function signatureBase(request: SignedRequest, digest: string, input: string): Bytes {
  const values = [request.method, request.target, digest];
  const lines = COVERED.map((name, at) => `"${name}": ${values[at]}`);
  return utf8([...lines, `"@signature-params": ${input}`].join("\n"));
}
