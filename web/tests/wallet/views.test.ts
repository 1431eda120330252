import assert from "node:assert/strict";
import { test } from "node:test";

import { viewOf } from "../../wallet/views.ts";

// Anybody can write an address: what is behind # leads to a view that there is, or home.
test("an address leads to a view that there is, or home", () => {
  assert.deepEqual(viewOf("#pay"), { name: "pay", about: "" });
  assert.deepEqual(viewOf("#movement/abcd/more"), { name: "movement", about: "abcd" });
  assert.deepEqual(
    ["", "#", "#nowhere", "#__proto__", "#constructor"].map((hash) => viewOf(hash).name),
    ["home", "home", "home", "home", "home"],
  );
  assert.equal(viewOf(`#movement/${"a".repeat(10_000)}`).about.length, 128);
});
