import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, toHex } from "../../shared/protocol/bytes.ts";
import { SuiteUnsupported } from "../../shared/protocol/layout.ts";
import { ED25519, isSignedBy, P256 } from "../../shared/protocol/suites.ts";
import { json, table } from "../vectors.ts";

interface Group {
  readonly publicKey: { readonly uncompressed: string };
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }[];
}

// RFC 8032 and RFC 6979: signatures that other implementations made hold here, and with another byte they do not.
test("signatures of the standards hold", async () => {
  for (const [suite, file] of [
    [ED25519, "crypto/ed25519_rfc8032.tsv"],
    [P256, "crypto/p256_rfc6979.tsv"],
  ] as const) {
    for (const row of table(file)) {
      const [key, message, signature] = [row.public, row.message, row.signature].map((hex) => fromHex(hex ?? ""));
      assert.ok(key && message && signature);
      assert.equal(await isSignedBy(suite, key, message, signature), true);
      signature[63] = (signature[63] ?? 0) ^ 1;
      assert.equal(await isSignedBy(suite, key, message, signature), false);
    }
  }
});

// Wycheproof: keys come as compressed points, and what is an edge case to others is one here too.
test("P-256 is judged as Wycheproof judges it", async () => {
  const { testGroups } = json("crypto/ecdsa_secp256r1_sha256_p1363_test.json") as { testGroups: readonly Group[] };

  for (const { publicKey, tests } of testGroups) {
    const [x, y] = [publicKey.uncompressed.slice(2, 66), publicKey.uncompressed.slice(66)];
    const key = fromHex(`${Number.parseInt(y.at(-1) ?? "", 16) % 2 === 0 ? "02" : "03"}${x}`);
    for (const { tcId, msg, sig, result } of tests) {
      const holds = await isSignedBy(P256, key, fromHex(msg), fromHex(sig));
      assert.equal(holds, result === "valid", `${tcId} under ${toHex(key)}`);
    }
  }
});

// What is no point of the curve has signed nothing, and a suite that is not built is told apart.
test("a key that is none has signed nothing", async () => {
  const [message, signature] = [new Uint8Array(3), new Uint8Array(64)];

  assert.equal(await isSignedBy(P256, fromHex(`02${"ff".repeat(32)}`), message, signature), false);
  assert.equal(await isSignedBy(P256, fromHex(`05${"01".repeat(32)}`), message, signature), false);
  assert.equal(await isSignedBy(ED25519, new Uint8Array(31), message, signature), false);
  await assert.rejects(isSignedBy(2, new Uint8Array(33), message, signature), SuiteUnsupported);
});
