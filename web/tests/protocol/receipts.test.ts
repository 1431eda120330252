import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, toHex } from "../../shared/protocol/bytes.ts";
import { Malformed } from "../../shared/protocol/layout.ts";
import { BadPath, leafHash, root, rootFromPath } from "../../shared/protocol/proofs/merkle.ts";
import { BadReceipt, decodeReceipt, encodeReceipt, verifyReceipt } from "../../shared/protocol/proofs/receipts.ts";
import { table } from "../vectors.ts";

// What a refusal of a receipt begins with, by the number of the check.
const CHECKS: Readonly<Record<string, RegExp>> = {
  "1": /^the header is not signed by a worker/,
  "2": /^the worker's signature/,
  "3": /^the path/,
};
const LEAVES = table("merkle/rfc6962_leaves.tsv").map((row) => fromHex(row.data ?? ""));

for (const row of table("receipts/receipts.tsv")) {
  // A receipt is all that a payer has against a ledger that denies: each check alone must fail.
  test(`${row.what}: a receipt is judged alike in every language`, async () => {
    const receipt = decodeReceipt(fromHex(row.receipt ?? ""));
    const judged = verifyReceipt(receipt, fromHex(row.network ?? ""), [fromHex(row.worker ?? "")]);

    assert.equal(toHex(encodeReceipt(receipt)), row.receipt);
    const check = CHECKS[(row.what ?? "")[0] ?? ""];
    if (check === undefined) {
      const proven = await judged;
      assert.deepEqual([proven.command.body.kind, proven.outcome.code], ["pay", "settled"]);
    } else {
      await assert.rejects(judged, (error) => error instanceof BadReceipt && check.test(error.message));
    }
  });
}

// Whoever trusts nobody is told nothing, however good the signature is.
test("a receipt proves nothing to whoever trusts no worker", async () => {
  const row = table("receipts/receipts.tsv")[0];
  const receipt = decodeReceipt(fromHex(row?.receipt ?? ""));

  await assert.rejects(verifyReceipt(receipt, fromHex(row?.network ?? ""), []), BadReceipt);
});

// A receipt comes from outside: what is no receipt is told apart from one that fails.
test("bytes that are no receipt are malformed", () => {
  const whole = fromHex(table("receipts/receipts.tsv")[0]?.receipt ?? "");

  for (const size of [0, 4, 5, 100, whole.length - 1]) {
    assert.throws(() => decodeReceipt(whole.slice(0, size)), Malformed);
  }
});

for (const row of table("merkle/rfc6962_roots.tsv")) {
  // The known answers of Certificate Transparency.
  test(`the root over ${row.leaves} leaves is RFC 6962's`, async () => {
    assert.equal(toHex(await root(LEAVES.slice(0, Number(row.leaves)))), row.root);
  });
}

for (const row of table("merkle/rfc6962_paths.tsv")) {
  // A path leads to the root from its own place and from no other.
  test(`the path of leaf ${row.index} of ${row.size} leads to the root`, async () => {
    const [size, index] = [Number(row.size), Number(row.index)];
    const path = (row.path ?? "").split(",").filter(Boolean).map(fromHex);
    const leaf = await leafHash(LEAVES[index] ?? new Uint8Array());
    const whole = await root(LEAVES.slice(0, size));

    assert.deepEqual(await rootFromPath(leaf, index, size, path), whole);
    await assert.rejects(rootFromPath(leaf, index, size, [...path, leaf]), BadPath);
    await assert.rejects(rootFromPath(leaf, size, size, path), BadPath);
    if (path.length > 0) await assert.rejects(rootFromPath(leaf, index, size, path.slice(1)), BadPath);
  });
}
