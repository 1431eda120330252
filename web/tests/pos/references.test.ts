import assert from "node:assert/strict";
import { test } from "node:test";

import {
  dayBefore,
  during,
  memoOf,
  readReference,
  referencesOf,
  referenceText,
  startOf,
} from "../../pos/sales/references.ts";

const DAY = "2026-11-27";
const memosOf = (...texts: readonly string[]): Promise<readonly string[]> => Promise.all(texts.map(memoOf));

// A shop reads it aloud; a payment request takes letters, digits and dashes, 25 of them.
test("a reference says till, day and number", () => {
  const text = referenceText({ till: 2, day: DAY, number: 42 });

  assert.equal(text, "T2-20261127-0042");
  assert.match(referenceText({ till: 4, day: DAY, number: 999_999 }), /^[A-Za-z0-9_-]{1,25}$/);
  assert.deepEqual(readReference(text), { till: 2, day: DAY, number: 42 });
  assert.equal(readReference("order-17"), null);
  assert.equal(readReference("T5-20261127-0001"), null);
});

// It is the memo that every wallet signs: SHA-256 of the reference.
test("the memo is the hash of the reference", async () => {
  assert.equal(await memoOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

// Every till of a shop sees who took what, though payments carry nothing but a hash.
test("a payment's till and number are found by its memo", async () => {
  const memos = await memosOf("T1-20261127-0001", "T3-20261127-0150", "T3-20261127-0301", "order-17");

  const found = await referencesOf(memos, DAY);

  assert.deepEqual(
    memos.map((memo) => found.get(memo)),
    [
      { till: 1, day: DAY, number: 1 },
      { till: 3, day: DAY, number: 150 },
      { till: 3, day: DAY, number: 301 },
      undefined,
    ],
  );
});

// A stranger's memo must not let the page search for ever.
test("behind a long gap nothing is looked for, nor on another day", async () => {
  const memos = await memosOf("T1-20261127-0250", "T1-20261126-0001");

  assert.equal((await referencesOf(memos, DAY)).size, 0);
});

// A request of one minute to midnight is paid on the next day.
test("a day begins at midnight in Shanghai", () => {
  assert.equal(startOf(DAY), Date.parse("2026-11-26T16:00:00Z"));
  assert.deepEqual(
    [-1, 0, 86_399_999, 86_400_000].map((ms) => during(DAY)(startOf(DAY) + ms)),
    [false, true, true, false],
  );
  assert.equal(dayBefore("2026-03-01"), "2026-02-28");
  assert.equal(dayBefore("2027-01-01"), "2026-12-31");
});
