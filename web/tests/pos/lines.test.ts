import assert from "node:assert/strict";
import { test } from "node:test";

import { Lines } from "../../pos/sales/lines.ts";
import type { Movement, Page } from "../../shared/holder/types.ts";
import { line } from "./lines.ts";

/** A history of so many lines, one a second from second 1 on, told in pieces; `asked` counts them. */
class Told {
  asked = 0;
  #lines: Movement[] = [];

  grow(upTo: number): Movement {
    for (let at = this.#lines.length + 1; at <= upTo; at += 1) {
      this.#lines.unshift(line(`c${at}`, 1n, { seq: at, atMs: at * 1_000 }));
    }
    return this.#lines[0] ?? line("none", 0n);
  }

  ask = async (cursor: string | null): Promise<Page<Movement>> => {
    this.asked += 1;
    const from = cursor === null ? 0 : this.#lines.findIndex((each) => each.command === cursor) + 1;
    const items = this.#lines.slice(from, from + 10);
    return { items, next: from + 10 < this.#lines.length ? (items.at(-1)?.command ?? null) : null };
  };
}

const namesOf = (lines: readonly Movement[]): readonly string[] => lines.map(({ command }) => command);
const down = (from: number, to: number): readonly string[] =>
  Array.from({ length: from - to + 1 }, (_, at) => `c${from - at}`);

// A till in the evening reads the day, and not the year.
test("lines are read back to a moment and no further", async () => {
  const told = new Told();
  told.grow(100);
  const lines = new Lines(told.ask);

  const read = await lines.read(85_000);

  assert.deepEqual(namesOf(read).slice(0, 16), down(100, 85));
  assert.equal(told.asked, 2);
});

// After a break the till asks for what it missed, were it a hundred lines; and no more once it meets what it knows.
test("whatever was missed is read, up to what is known", async () => {
  const told = new Told();
  told.grow(20);
  const lines = new Lines(told.ask);
  await lines.read(1_000);
  told.grow(55);
  told.asked = 0;

  const read = await lines.read(1_000);

  assert.deepEqual(namesOf(read), down(55, 1));
  assert.equal(told.asked, 4);
});

// A payment that is heard of in front of the customer must not hide the ones before it that were missed.
test("a line that was heard of does not end the reading of those that were not", async () => {
  const told = new Told();
  told.grow(5);
  const lines = new Lines(told.ask);
  await lines.read(1_000);
  lines.hear(told.grow(40));

  const read = await lines.read(1_000);

  assert.deepEqual(namesOf(read), down(40, 1));
});

// Yesterday's takings are looked at after today's.
test("an older day is read behind a newer one", async () => {
  const told = new Told();
  told.grow(60);
  const lines = new Lines(told.ask);
  await lines.read(55_000);

  const read = await lines.read(20_000);

  assert.deepEqual(namesOf(read).slice(0, 41), down(60, 20));
});

// One payment is one line, however it was heard of.
test("a line counts once", async () => {
  const told = new Told();
  const newest = told.grow(3);
  const lines = new Lines(told.ask);
  lines.hear(newest);
  lines.hear(newest);

  assert.deepEqual(namesOf(await lines.read(0)), down(3, 1));
});
