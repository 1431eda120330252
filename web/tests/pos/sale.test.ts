import assert from "node:assert/strict";
import { test } from "node:test";

import { answered, isUndecided, type Placed, paymentOf, type Sale, stateOf } from "../../pos/sales/sale.ts";
import { CUSTOMER, SHOP } from "./lines.ts";

const MADE = 1_700_000_000_000;
const SALE: Sale = {
  reference: "T1-20261127-0001",
  memo: "aa".repeat(32),
  amount: 1_250n,
  madeAtMs: MADE,
  expiresAtMs: MADE + 300_000,
  text: "",
  withdrawn: false,
  done: false,
  answers: [],
};
const PROOF: Placed = {
  command: "11".repeat(32),
  kind: "pay",
  payer: CUSTOMER,
  receiver: SHOP,
  amount: 1_250n,
  answer: "settled",
  atMs: MADE + 5_000,
  memo: SALE.memo,
  receipt: new Uint8Array(),
  seq: 7,
  place: 2,
};
const flawsOf = (sale: Sale): readonly (string | null)[] => sale.answers.map((answer) => answer.flaw);

// The shop hands the goods over on this alone.
test("a payment of the amount, for this request, in time, pays the sale", () => {
  const sale = answered(SALE, PROOF, SHOP);

  assert.equal(stateOf(sale, MADE + 6_000), "paid");
  assert.deepEqual(paymentOf(sale)?.command, PROOF.command);
  assert.equal(isUndecided(sale), false);
  assert.equal(stateOf(sale, SALE.expiresAtMs + 1), "paid");
});

// A receipt of something else, however true, must not make the mark green.
test("what does not answer this very request leaves the sale as it was", () => {
  const others: readonly Partial<Placed>[] = [
    { receiver: CUSTOMER },
    { receiver: null },
    { memo: "00".repeat(32) },
    { answer: "refused" },
    { kind: "refund" },
    { atMs: MADE - 60_001 },
  ];

  for (const other of others) assert.equal(answered(SALE, { ...PROOF, ...other }, SHOP), SALE);
});

// An event comes again after a break, and a till that is opened again reads the history: one payment is one payment.
test("the same payment counts once", () => {
  const once = answered(SALE, PROOF, SHOP);

  assert.equal(answered(once, PROOF, SHOP), once);
});

// The money is there: a person decides what becomes of it, and the mark is not green.
test("money that does not simply pay the sale is kept with the reason", () => {
  const less = answered(SALE, { ...PROOF, amount: 1_249n }, SHOP);
  const late = answered(SALE, { ...PROOF, atMs: SALE.expiresAtMs }, SHOP);
  const taken = answered({ ...SALE, withdrawn: true }, PROOF, SHOP);

  assert.deepEqual([less, late, taken].map(flawsOf), [["other_amount"], ["too_late"], ["withdrawn"]]);
  for (const sale of [less, late, taken]) {
    assert.equal(paymentOf(sale), null);
    assert.equal(stateOf(sale, MADE), "unclear");
    assert.equal(isUndecided(sale), true);
  }
});

// Two people scanned one code: the second one gets his money back.
test("a second payment of a paid sale is one too many", () => {
  const twice = answered(answered(SALE, PROOF, SHOP), { ...PROOF, command: "22".repeat(32) }, SHOP);

  assert.deepEqual(flawsOf(twice), [null, "paid_before"]);
  assert.equal(paymentOf(twice)?.command, PROOF.command);
});

// Somebody pays a fen too little, sees it, and pays again rightly.
test("a right payment behind a wrong one pays the sale", () => {
  const wrong = answered(SALE, { ...PROOF, command: "22".repeat(32), amount: 1n }, SHOP);

  const sale = answered(wrong, PROOF, SHOP);

  assert.deepEqual(flawsOf(sale), ["other_amount", null]);
  assert.equal(stateOf(sale, MADE), "paid");
});

// Nobody should pay a code at the moment at which it ends.
test("a sale that nobody paid waits until its code expires", () => {
  const states = [MADE, SALE.expiresAtMs - 1, SALE.expiresAtMs].map((at) => stateOf(SALE, at));

  assert.deepEqual(states, ["waiting", "waiting", "expired"]);
  assert.equal(stateOf({ ...SALE, withdrawn: true }, MADE), "withdrawn");
});
