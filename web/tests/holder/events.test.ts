import assert from "node:assert/strict";
import { test } from "node:test";

import { EventReader } from "../../shared/holder/events.ts";
import { Later } from "../../shared/holder/trouble.ts";

const LINE = {
  seq: 812,
  place: 3,
  at_ms: 1_700_000_000_000,
  kind: "received",
  counterparty: "0012345678901231",
  amount_fen: 1250,
  effect: "in",
  balance_fen: 1250,
  command_id: "5f".repeat(32),
  refers_to: null,
};
const EVENT = `id: 814\nevent: payment\ndata: ${JSON.stringify(LINE)}\n\n`;

// A network cuts where it likes: the same events come out of every way in which a stream may be cut.
test("a stream is read alike however it is cut into pieces", () => {
  const whole = `: hello\r\n\n${EVENT.replaceAll("\n", "\r\n")}`;

  for (let at = 0; at <= whole.length; at += 1) {
    const reader = new EventReader();
    reader.begin();
    const events = [...reader.feed(whole.slice(0, at)), ...reader.feed(whole.slice(at))];
    assert.deepEqual(
      events.map((event) => [event.id, event.name, event.name === "payment" && event.movement.amount]),
      [[814, "payment", 1250n]],
    );
  }
});

// An event that was cut off is none: it comes again behind the last whole one.
test("a stream goes on behind the last whole event", () => {
  const reader = new EventReader();
  const first = reader.begin();
  reader.feed(EVENT);
  reader.feed("id: 900\nevent: payment\ndata: {");

  const second = reader.begin();

  assert.deepEqual(first, { Accept: "text/event-stream" });
  assert.equal(second["Last-Event-ID"], "814");
  assert.deepEqual(reader.feed("}\n\n"), []);
});

// What a newer operator tells besides is left; what cannot be read at all ends the stream.
test("what is no event of this version is left or refused", () => {
  const reader = new EventReader();

  assert.deepEqual(reader.feed("id: 815\nevent: weather\ndata: {}\n\n"), []);
  assert.equal(reader.after, 815);
  for (const wrong of [
    "id: x\ndata: {}\n\n",
    "id: 1\ndata: {\n\n",
    "id: 2\nevent: payment\ndata: {}\n\n",
    "data: 1\n\n",
  ]) {
    assert.throws(() => new EventReader().feed(wrong), Later);
  }
  assert.throws(() => new EventReader().feed("x".repeat(70_000)), Later);
  assert.throws(() => new EventReader().feed(`data: ${"x".repeat(40_000)}\n`.repeat(2)), Later);
});
