import assert from "node:assert/strict";
import { test } from "node:test";

import { encodeRequest, type PaymentRequest } from "../../shared/protocol/codes.ts";
import { encodeRefundCode } from "../../shared/protocol/refund_codes.ts";
import { readCode } from "../../wallet/paying/reading.ts";
import { ME, NETWORK, SHOP } from "./people.ts";

const NOW = 1_700_000_000_000;
const READER = { wallet: ME, network: NETWORK, nowMs: NOW };

const request = (changed: Partial<PaymentRequest> = {}): PaymentRequest => ({
  receiver: SHOP,
  network: NETWORK,
  name: "Bakery 面包",
  city: "Shenzhen",
  reference: "breakfast",
  expiresAtMs: NOW + 60_000,
  amount: 1_250n,
  category: "0000",
  ...changed,
});

const faultOf = (text: string) => {
  const reading = readCode(text, READER);
  return reading.kind === "fault" ? reading.fault : reading.kind;
};

// A camera adds nothing; whoever pastes adds blanks.
test("a code of ours is read as it was made", () => {
  const reading = readCode(` ${encodeRequest(request())}\n`, READER);

  assert.deepEqual(reading, { kind: "request", request: request() });
});

// The checksum holds only over what was shown: each letter that is changed is seen, wherever it stands.
test("an altered code pays nobody", () => {
  const text = encodeRequest(request());
  const altered = [...text].map((letter, at) => text.slice(0, at) + (letter === "7" ? "8" : "7") + text.slice(at + 1));

  const kinds = altered.map((changed) => readCode(changed, READER).kind);

  assert.equal(kinds.includes("request"), false);
  assert.equal(faultOf(text.replace("12.50", "99.50")), "altered");
});

// Each is a mistake that people make or a trick that they meet, and each has words of its own.
test("a code that must not be paid says why", () => {
  const faults = [
    encodeRequest(request({ network: "cd".repeat(16) })),
    encodeRequest(request({ receiver: ME })),
    encodeRequest(request({ expiresAtMs: NOW })),
    " ",
    "9".repeat(2_049),
  ].map(faultOf);

  assert.deepEqual(faults, ["other_network", "own", "expired", "nothing", "too_long"]);
});

// One wrong digit, or two that were exchanged, is another wallet's number; the check digit sees it.
test("a typed number is a wallet's only if its check digit holds", () => {
  const spaced = `${SHOP.slice(0, 3)} ${SHOP.slice(3, 15)} ${SHOP.slice(15)}`;
  const wrong = SHOP.slice(0, 15) + ((Number(SHOP[15]) + 1) % 10);

  assert.deepEqual(readCode(spaced, READER), { kind: "wallet", wallet: SHOP });
  assert.equal(faultOf(wrong), "wrong_digit");
  assert.equal(faultOf(SHOP.slice(1)), "wrong_digit");
  assert.equal(faultOf(ME), "own");
});

// A customer shows it to whoever was paid; to anybody else it means nothing.
test("a refund code is for the wallet that was paid", () => {
  const code = { network: NETWORK, merchant: ME, seq: 7, place: 2, command: "ab".repeat(32) };

  assert.deepEqual(readCode(encodeRefundCode(code), READER), { kind: "refund", code });
  assert.equal(faultOf(encodeRefundCode({ ...code, merchant: SHOP })), "refund_of_others");
  assert.equal(faultOf(encodeRefundCode({ ...code, network: "cd".repeat(16) })), "other_network");
  assert.equal(faultOf(encodeRefundCode(code).replace("ABAB", "ABAC")), "altered");
});

// The fronts of other operators show codes of their own, and the operator knows them.
test("what is no code of ours is left to the operator", () => {
  const texts = ["https://qr.example/pay/17", "00020101021129300012com.example.app52040000", "hello"];

  assert.deepEqual(
    texts.map((text) => readCode(text, READER)),
    texts.map((text) => ({ kind: "foreign", text })),
  );
});
