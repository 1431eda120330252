import assert from "node:assert/strict";
import { test } from "node:test";

import { takingsCsv, takingsFile } from "../../pos/sales/export.ts";
import { type Figures, refundedOf, takingsOf } from "../../pos/sales/takings.ts";
import { line } from "./lines.ts";

const DAY = "2026-11-27";
const YESTERDAY = Date.parse("2026-11-26T23:59:59.999+08:00");
const LINES = [
  line("r2", 300n, { kind: "refund_paid", effect: "out", refersTo: "b" }),
  line("r1", 50n, { kind: "refund_paid", effect: "out", refersTo: "old" }),
  line("x", 9_000n, { kind: "redeemed", effect: "out", counterparty: null }),
  line("c", 20n),
  line("b", 1_000n, { memo: "bb" }),
  line("a", 1_250n, { memo: "aa", atMs: Date.parse("2026-11-27T00:00:00+08:00") }),
  line("old", 500n, { memo: "oo", atMs: YESTERDAY }),
];
const REFERENCES = new Map([
  ["aa", { till: 1, day: DAY, number: 1 }],
  ["bb", { till: 2, day: DAY, number: 7 }],
  ["oo", { till: 2, day: "2026-11-26", number: 9 }],
]);
const told = ({ payments, received, refunds, refunded }: Figures): readonly (number | bigint)[] => [
  payments,
  received,
  refunds,
  refunded,
];

// What the drawer should hold in the evening: nothing of yesterday's, nothing that went to the bank.
test("the takings of a day are its payments and its refunds", () => {
  const takings = takingsOf(DAY, LINES, REFERENCES);

  assert.deepEqual(told(takings.whole), [3, 2_270n, 2, 350n]);
  assert.deepEqual(
    takings.lines.map(({ movement }) => movement.command),
    ["r2", "r1", "c", "b", "a"],
  );
});

// Who works at a till answers for it: a refund belongs to the till that took the payment, yesterday too.
test("each till has its part, and what answers no request stands apart", () => {
  const takings = takingsOf(DAY, LINES, REFERENCES);

  assert.deepEqual(
    takings.byTill.map(({ till, figures }) => [till, ...told(figures)]),
    [
      [1, 1, 1_250n, 0, 0n],
      [2, 1, 1_000n, 2, 350n],
      [null, 1, 20n, 0, 0n],
    ],
  );
});

// The parts are the whole, whatever the day was like.
test("the tills together are the day", () => {
  const takings = takingsOf(DAY, LINES, REFERENCES);
  const sum = takings.byTill.reduce(
    (all, { figures }) => told(figures).map((value, at) => Number(value) + (all[at] ?? 0)),
    [0, 0, 0, 0],
  );

  assert.deepEqual(sum, told(takings.whole).map(Number));
  assert.deepEqual(told(takingsOf("2026-11-25", LINES, REFERENCES).whole), [0, 0n, 0, 0n]);
});

// How much of a payment may still be paid back.
test("refunds of a payment are added up", () => {
  const more = [line("r3", 700n, { kind: "refund_paid", refersTo: "b" }), ...LINES];

  assert.deepEqual([refundedOf("b", more), refundedOf("a", more)], [1_000n, 0n]);
  assert.equal(
    takingsOf(DAY, more, REFERENCES).lines.find(({ movement }) => movement.command === "b")?.refunded,
    1_000n,
  );
});

// A spreadsheet opens it with a double click: Chinese stays Chinese, a wallet keeps its zeros, nothing is computed.
test("the day is written as CSV, the oldest first", () => {
  const takings = takingsOf(DAY, LINES, REFERENCES);

  const rows = takingsCsv(takings).split("\r\n");

  assert.equal(takingsFile(takings), "takings-2026-11-27.csv");
  assert.equal(rows[0], "\ufefftime,kind,till,reference,amount_yuan,wallet,payment,refund_of");
  assert.equal(rows[1], "2026-11-27T00:00:00+08:00,payment,1,T1-20261127-0001,12.50,001 234567890123 1,a,");
  assert.equal(rows[5], "2026-11-27T12:00:00+08:00,refund,2,T2-20261127-0007,3.00,001 234567890123 1,r2,b");
  assert.deepEqual([rows.length, rows[6]], [7, ""]);
  for (const row of rows.slice(1)) assert.doesNotMatch(row, /(^|,)[=+@\t-]/);
});
