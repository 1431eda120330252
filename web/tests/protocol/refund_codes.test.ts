import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  BadRefundCode,
  decodeRefundCode,
  encodeRefundCode,
  looksLikeRefundCode,
} from "../../shared/protocol/refund_codes.ts";

const TABLE = new URL("../../../vectors/merchants/refund_codes.tsv", import.meta.url);
const rows = readFileSync(TABLE, "utf8").trimEnd().split("\n").slice(1);

// The wallet's page writes what a till reads, and the command line reads both: one table for all of them.
for (const row of rows) {
  const [name, text = "", network, merchant, seq, place, payment] = row.split("\t");
  test(`a refund code: ${name}`, () => {
    if (network === "bad") {
      assert.throws(() => decodeRefundCode(text), BadRefundCode);
      return;
    }

    const code = decodeRefundCode(text);

    assert.deepEqual([code.network, code.merchant, code.command], [network, merchant, payment]);
    assert.deepEqual([code.seq, code.place], [Number(seq), Number(place)]);
    assert.equal(encodeRefundCode(code), text);
  });
}

// A scanner adds blanks, and a spoilt code is told from a code of another kind.
test("a refund code is known by its beginning", () => {
  const [, , text = ""] = rows.map((row) => row.split("\t")[1] ?? "");

  assert.equal(decodeRefundCode(` ${text}\n`).place, 999_999_999);
  assert.equal(looksLikeRefundCode("dcep:refund:1:spoilt"), true);
  assert.equal(looksLikeRefundCode("000201010212"), false);
});
