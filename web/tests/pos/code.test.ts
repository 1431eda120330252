import assert from "node:assert/strict";
import { test } from "node:test";

import { codeOf } from "../../pos/code.ts";
import { BadRequest, encodeRequest, NO_CATEGORY, type PaymentRequest } from "../../shared/protocol/codes.ts";
import { CUSTOMER, SHOP } from "./lines.ts";

const REQUEST: PaymentRequest = {
  receiver: SHOP,
  network: "00".repeat(16),
  name: "早点铺",
  city: "深圳",
  reference: "T1-20261127-0001",
  expiresAtMs: 1_800_000_000_000,
  amount: 1_250n,
  category: NO_CATEGORY,
};
const PLAIN = encodeRequest(REQUEST);
const LINK = "https://qr.alipay.invalid/7K2MPQ9X";

// A payment platform's app knows its own codes, and they are small.
test("the operator's own code is shown where it has one", async () => {
  const asked: unknown[] = [];
  const ask = async (...words: unknown[]): Promise<unknown> => {
    asked.push(...words);
    return { text: LINK, svg: "" };
  };

  const text = await codeOf(ask, REQUEST);

  assert.equal(text, LINK);
  assert.deepEqual(asked, [
    "POST",
    `/v1/wallets/${SHOP}/requests`,
    { name: "早点铺", city: "深圳", reference: REQUEST.reference, amount_fen: 1250, expires_at_ms: 1_800_000_000_000 },
  ]);
});

// Money must come to this shop: a plain request says to whom it goes, and the till writes it itself.
test("a plain request is the till's own, whatever the operator says", async () => {
  const altered = encodeRequest({ ...REQUEST, receiver: CUSTOMER });

  for (const told of [{ text: altered }, { text: PLAIN }, { text: "x".repeat(513) }, { text: 5 }, null, "text"]) {
    assert.equal(await codeOf(async () => told, REQUEST), PLAIN);
  }
});

// A market stall without a network still shows a code; a customer with one can pay it.
test("without an answer the code is the plain request", async (context) => {
  const failed = await codeOf(() => Promise.reject(new Error("offline")), REQUEST);
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const silent = codeOf(() => new Promise(() => undefined), REQUEST);
  context.mock.timers.tick(1_500);

  assert.equal(failed, PLAIN);
  assert.equal(await silent, PLAIN);
});

// The till says which of its fields to mend before anybody asks the operator.
test("a name that fits no code is said to fit none", async () => {
  const unasked = () => Promise.reject(new Error("nobody should have been asked"));

  await assert.rejects(codeOf(unasked, { ...REQUEST, name: "x".repeat(26) }), BadRequest);
});
