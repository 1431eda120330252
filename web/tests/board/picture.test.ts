import assert from "node:assert/strict";
import { test } from "node:test";

import { LENGTH, pictureOf } from "../../console/board/picture.ts";
import type { Figures } from "../../console/board/supply.ts";

const FIGURES: Figures = {
  issued: 1_000n,
  withdrawn: 0n,
  issuingVault: 0n,
  bankVaults: 750n,
  wallets: 250n,
  inTransit: 0n,
  reserve: 1_000n,
  lawHolds: true,
};

// What is equal is as long: the eye compares the three bars.
test("a whole bar is what was issued, and its parts are where it is", () => {
  const picture = pictureOf(FIGURES);

  assert.deepEqual([picture.outside, picture.reserve], [LENGTH, LENGTH]);
  assert.deepEqual(
    picture.parts.map(({ place, from, to }) => [place, from, to]),
    [
      ["bank_vaults", 0, 750],
      ["wallets", 750, 1_000],
    ],
  );
});

// A wallet's ten yuan among billions are there: they are seen, and the bar is not longer for them.
test("what is little is seen and takes its room from the largest part", () => {
  const picture = pictureOf({ ...FIGURES, bankVaults: 10n ** 15n, wallets: 1n, issued: 10n ** 15n + 1n, reserve: 0n });

  const [vaults, wallets] = picture.parts;
  assert.equal(wallets?.to, LENGTH);
  assert.ok((wallets?.to ?? 0) - (wallets?.from ?? 0) >= 5);
  assert.equal(vaults?.from, 0);
});

// Money that is nowhere is a gap at the end of the bar.
test("what is missing is drawn where it should be", () => {
  const gap = pictureOf({ ...FIGURES, wallets: 150n }).parts.at(-1);

  assert.deepEqual([gap?.place, gap?.fen, gap?.from, gap?.to], ["missing", 100n, 900, 1_000]);
});

// Before the first issue there is nothing to draw, and nothing to divide by.
test("no money is no picture", () => {
  const none = { ...FIGURES, issued: 0n, bankVaults: 0n, wallets: 0n, reserve: 0n };

  assert.deepEqual(pictureOf(none), { parts: [], outside: 0, reserve: 0 });
});
