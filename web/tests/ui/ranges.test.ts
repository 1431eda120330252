import assert from "node:assert/strict";
import { test } from "node:test";

import { rangeOf } from "../../shared/ui/charts/ranges.ts";

// A line that is cut off at the top hides how far it goes.
test("a chart from zero has its foot at zero and room above the highest value", () => {
  assert.deepEqual(rangeOf(40, 100, true), [0, 110.00000000000001]);
  assert.deepEqual(rangeOf(0, 0, true), [0, 1]);
});

// What is less than nothing is just what somebody must see.
test("a value below zero is not cut off", () => {
  const [low] = rangeOf(-5, 10, true);

  assert.equal(low, -5);
});

// A flat line must not lie on the frame, and no data must not stop the page.
test("a chart that does not begin at zero has room on both sides", () => {
  const [low, high] = rangeOf(100, 100, false);

  assert.ok(low < 100 && high > 100);
  assert.ok(rangeOf(null, null, false).every(Number.isFinite));
  assert.deepEqual(rangeOf(null, null, true), [0, 1]);
});
