import assert from "node:assert/strict";
import { test } from "node:test";

import { NO_LIMITS, overOwnLimit, readLimits, writeLimits } from "../../wallet/paying/own_limits.ts";

const LIMITS = { single: 10_000n, daily: 25_000n };

// As with the limits of the law, exactly the limit may be paid.
test("exactly a limit is not over it, and one fen more is", () => {
  assert.equal(overOwnLimit(LIMITS, 10_000n, 0n), null);
  assert.equal(overOwnLimit(LIMITS, 10_001n, 0n), "over_own_single");
  assert.equal(overOwnLimit(LIMITS, 5_000n, 20_000n), null);
  assert.equal(overOwnLimit(LIMITS, 5_001n, 20_000n), "over_own_daily");
  assert.equal(overOwnLimit(NO_LIMITS, 10n ** 15n, 10n ** 15n), null);
});

// What is kept outlives the page; a browser may have been tampered with, and then there is no limit, not a broken page.
test("limits are kept as they were set, and what is none is no limit", () => {
  assert.deepEqual(readLimits(writeLimits(LIMITS)), LIMITS);
  assert.deepEqual(readLimits(writeLimits({ single: null, daily: 1n })), { single: null, daily: 1n });
  assert.deepEqual(
    [null, "", "{", "null", "[]", '{"single": -5, "daily": "1e9"}'].map(readLimits),
    Array.from({ length: 6 }, () => NO_LIMITS),
  );
});
