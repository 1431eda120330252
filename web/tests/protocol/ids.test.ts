import assert from "node:assert/strict";
import { test } from "node:test";

import { BadWalletId, formatWalletId, isWalletId, operatorOf, parseWalletId } from "../../shared/protocol/ids.ts";
import { table } from "../vectors.ts";

for (const row of table("wallet_ids.tsv")) {
  // A number that is typed wrongly must not be somebody else's wallet.
  test(`wallet id: ${row.note}`, () => {
    const typed = row.typed ?? "";
    if (row.wallet_id === "bad_wallet_id") {
      assert.throws(() => parseWalletId(typed), BadWalletId);
      assert.equal(isWalletId(typed), false);
      return;
    }

    const wallet = parseWalletId(typed);

    assert.equal(String(BigInt(wallet)), row.wallet_id);
    assert.equal(String(operatorOf(wallet)), row.operator);
    assert.equal(formatWalletId(wallet), row.shown);
  });
}
