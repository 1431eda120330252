import assert from "node:assert/strict";
import { test } from "node:test";

import type { Payment, PaymentState } from "../../shared/holder/types.ts";
import { payeeOf } from "../../wallet/paying/payee.ts";
import { NETWORK, SHOP } from "./people.ts";

const signed = (state: PaymentState, reference: string | null = "breakfast"): Payment => ({
  command: "ab".repeat(32),
  kind: "pay",
  counterparty: SHOP,
  amount: 1_250n,
  reference,
  madeAtMs: 0,
  expiresAtMs: 0,
  state,
  code: "",
  seq: null,
  place: null,
});
const asking = (reference: string | null) => ({
  kind: "request" as const,
  request: {
    receiver: SHOP,
    network: NETWORK,
    name: "Bakery",
    city: "Shenzhen",
    reference,
    expiresAtMs: null,
    amount: 1_250n,
    category: "0000",
  },
});
const payeeAfter = (payments: readonly Payment[], reference: string | null = "breakfast") =>
  payeeOf({ payments: async () => payments }, asking(reference));

// Two pages that show one request must come to one name: the wallet signs once under it.
test("a request with a reference has one name, wherever it is read", async () => {
  const [one, other] = await Promise.all([payeeAfter([]), payeeAfter([])]);

  assert.equal(one.key, other.key);
  assert.match(one.key, /^[A-Za-z0-9_-]{1,64}$/);
});

// What was refused for want of money is paid after an exchange: the refused bytes must not answer for ever.
test("after a refusal the same request can be paid", async () => {
  const [first, second] = [await payeeAfter([]), await payeeAfter([signed("refused"), signed("settled", "lunch")])];

  assert.notEqual(first.key, second.key);
  assert.equal(second.wasPaid, false);
});

// A payment without an answer may have happened: to pay again would be to pay twice.
test("a request that was paid, or may have been, is not paid again", async () => {
  const states = await Promise.all((["settled", "open"] as const).map((state) => payeeAfter([signed(state)])));

  assert.deepEqual(
    states.map((payee) => payee.wasPaid),
    [true, true],
  );
});

// A code on a counter is paid by everybody, and by one person every morning.
test("a code for many payments can be paid again", async () => {
  const [one, other] = [await payeeAfter([signed("settled", null)], null), await payeeAfter([], null)];

  assert.equal(one.wasPaid, false);
  assert.notEqual(one.key, other.key);
});
