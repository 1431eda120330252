import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, toHex } from "../../shared/protocol/bytes.ts";
import { BadWorkerOrders, follow } from "../../shared/protocol/proofs/worker_lists.ts";
import { table } from "../vectors.ts";

for (const row of table("workers/worker_lists.tsv")) {
  // Whoever brings the officers' orders need not be believed: they follow from the genesis, or none of them counts.
  test(`${row.what}: whose signatures count follows from the genesis`, async () => {
    const orders = (row.orders ?? "").split(",").filter(Boolean).map(fromHex);
    const followed = follow(fromHex(row.genesis ?? ""), orders, Number(row.ledger));
    if (row.board === "bad") {
      await assert.rejects(followed, BadWorkerOrders);
      return;
    }

    const { board, keys } = await followed;

    assert.equal(String(board), row.board);
    assert.equal([...new Set(keys.map(toHex))].sort().join(","), row.keys);
  });
}

// A flood of orders is refused before one of them is looked at.
test("more orders than a network can have are not read", async () => {
  const row = table("workers/worker_lists.tsv")[0];
  const flood = Array.from({ length: 1_001 }, () => new Uint8Array());

  await assert.rejects(follow(fromHex(row?.genesis ?? ""), flood, 0), /more than 1000/);
  await assert.rejects(follow(fromHex(row?.genesis ?? ""), [], 9), BadWorkerOrders);
});
