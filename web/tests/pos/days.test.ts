import assert from "node:assert/strict";
import { test } from "node:test";

import { Days } from "../../pos/sales/days.ts";
import { memoOf } from "../../pos/sales/references.ts";
import type { Movement } from "../../shared/holder/types.ts";
import { line } from "./lines.ts";

const DAY = "2026-11-27";
const NOON = Date.parse("2026-11-27T12:00:00+08:00");
const MIDNIGHT = Date.parse("2026-11-27T00:00:30+08:00");

const paid = async (reference: string, seq: number, atMs: number): Promise<Movement> =>
  line(`c${seq}`, 100n, { seq, atMs, memo: await memoOf(reference) });
const of = (...items: readonly Movement[]): Days => new Days(async () => ({ items, next: null }));
const namesOf = (days: Days): readonly unknown[] =>
  days.takings(DAY).lines.map(({ reference }) => reference && [reference.till, reference.day, reference.number]);

// Every till of the shop sees at which till a payment was taken, however it came to hear of it.
test("what was read and what was heard is told by till", async () => {
  const days = of(await paid("T2-20261127-0001", 1, NOON));
  await days.read(MIDNIGHT, NOON);

  await days.hear(await paid("T1-20261127-0004", 2, NOON));

  assert.deepEqual(namesOf(days), [
    [1, DAY, 4],
    [2, DAY, 1],
  ]);
});

// The code was shown a minute before midnight, and paid a minute after.
test("a request of yesterday that is paid today is found", async () => {
  const days = of(await paid("T1-20261126-0099", 1, MIDNIGHT));

  await days.readDay(DAY);

  assert.deepEqual(namesOf(days), [[1, "2026-11-26", 99]]);
});

// A browser that has lost its book would show a reference again that was paid this morning.
test("the highest number that was paid is known by till and day", async () => {
  const days = of(
    await paid("T2-20261127-0007", 3, NOON),
    await paid("T1-20261127-0003", 2, NOON),
    await paid("T1-20261127-0001", 1, NOON),
  );
  await days.read(MIDNIGHT, NOON);

  const highest = await Promise.all([1, 2, 3].map((till) => days.highestNumber(till, DAY)));

  assert.deepEqual(highest, [3, 7, 0]);
});
