import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, toHex, utf8 } from "../../shared/protocol/bytes.ts";
import { contentDigest, signatureBase, signRequest } from "../../shared/protocol/http_signatures.ts";
import { ED25519, isSignedBy } from "../../shared/protocol/suites.ts";

const NONCE = "dTb3dTb3dTb3dTb3";
const PARAMETERS = { keyid: "0010000000010008", suite: ED25519, nonce: NONCE, nowMs: 1_700_000_000_999 };
const REQUEST = { method: "POST", target: "http://127.0.0.1:8201/v1/wallets", body: utf8('{"hello": "world"}\n') };

// RFC 9530, section D: the body of the example has this digest.
test("the digest is that of RFC 9530", async () => {
  assert.equal(await contentDigest(REQUEST.body), "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
});

// The receiver reads this one form and no other.
test("the headers have the form of the reference", async () => {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const sign = async (message: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message));

  const headers = await signRequest(REQUEST, sign, PARAMETERS);

  const input =
    `("@method" "@target-uri" "content-digest");created=1700000000;expires=1700000300;` +
    `nonce="${NONCE}";keyid="0010000000010008";alg="ed25519"`;
  assert.equal(headers["Signature-Input"], `sig1=${input}`);
  const signature = /^sig1=:([A-Za-z0-9+/=]+):$/.exec(headers.Signature)?.[1] ?? "";
  const key = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const base = signatureBase(REQUEST, headers["Content-Digest"], input);
  assert.equal(await isSignedBy(ED25519, key, base, Uint8Array.from(Buffer.from(signature, "base64"))), true);
});

// What could be read in two ways is not signed.
test("what cannot stand in a signed request is not signed", async () => {
  const sign = async () => fromHex("00".repeat(64));
  const wrong = [
    [{ ...REQUEST, method: "PO\nST" }, PARAMETERS],
    [{ ...REQUEST, target: "http://127.0.0.1/a city" }, PARAMETERS],
    [REQUEST, { ...PARAMETERS, nonce: "short" }],
    [REQUEST, { ...PARAMETERS, lifeS: 301 }],
    [REQUEST, { ...PARAMETERS, suite: 2 }],
  ] as const;

  for (const [request, parameters] of wrong) {
    await assert.rejects(signRequest(request, sign, parameters), RangeError);
  }
});

// Hex is how keys are told; anything else in its place is an error and not a shorter key.
test("bytes are written and read in one way", () => {
  assert.equal(toHex(fromHex("00ff10")), "00ff10");
  for (const text of ["0", "0F", "zz", "00 ", " "]) assert.throws(() => fromHex(text), RangeError);
});
