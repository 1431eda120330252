import assert from "node:assert/strict";
import { test } from "node:test";

import { breachesOf, judge, STALE_MS } from "../../console/board/law.ts";
import type { Figures } from "../../console/board/supply.ts";

const SOUND: Figures = {
  issued: 1_000n,
  withdrawn: 100n,
  issuingVault: 50n,
  bankVaults: 300n,
  wallets: 540n,
  inTransit: 10n,
  reserve: 900n,
  lawHolds: true,
};
const told = (figures: Figures) => breachesOf(figures).map(({ code, fen }) => `${code} ${fen}`);

// Exactly as much as was issued, exactly backed: the edge belongs to the law.
test("the law holds where every fen is found and backed", () => {
  assert.deepEqual(breachesOf(SOUND), []);
  assert.equal(judge(SOUND, 0), "holds");
});

// The page believes nobody: a central bank that says the law holds over such a cut is shown to be wrong.
test("a broken cut turns the law red, whatever is told of it", () => {
  assert.deepEqual(told({ ...SOUND, wallets: 539n }), ["missing 1"]);
  assert.deepEqual(told({ ...SOUND, wallets: 541n }), ["surplus 1", "unbacked 1"]);
  assert.deepEqual(told({ ...SOUND, reserve: 899n }), ["unbacked 1"]);
  assert.deepEqual(told({ ...SOUND, inTransit: -10n, wallets: 560n }), ["below_zero 10"]);
  assert.equal(judge({ ...SOUND, wallets: 539n }, 0), "broken");
});

// Figures that add up do not prove that the ledgers fit together, message by message: that the central bank sees.
test("what the central bank calls broken is never shown as green", () => {
  assert.deepEqual(told({ ...SOUND, lawHolds: false }), ["told_otherwise 0"]);
  assert.equal(judge({ ...SOUND, lawHolds: false }, 0), "broken");
});

// A board that stopped an hour ago must not go on saying that all is well.
test("old figures are neither green nor red", () => {
  assert.equal(judge(SOUND, STALE_MS), "holds");
  assert.equal(judge(SOUND, STALE_MS + 1), "unknown");
  assert.equal(judge({ ...SOUND, reserve: 0n }, STALE_MS + 1), "unknown");
  assert.equal(judge(null, 0), "unknown");
});

// Beyond 2^53 a number of the browser's is off by one and more: one fen is missing here.
test("a fen is missed among a hundred million billions", () => {
  const much = 10n ** 17n;
  const large = { ...SOUND, issued: much, withdrawn: 0n, wallets: much - 361n, reserve: much };

  assert.deepEqual(told(large), ["missing 1"]);
});
