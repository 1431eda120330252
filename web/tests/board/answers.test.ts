import assert from "node:assert/strict";
import { test } from "node:test";

import { answerOf, documentIn, fenOf, listOf, numberOf, textOf } from "../../console/answers.ts";
import { figuresIn, operatorsIn } from "../../console/board/supply.ts";
import { Trouble } from "../../shared/holder/trouble.ts";

const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof Trouble) return error.code;
    throw error;
  }
  return "";
};

// A number of the browser's would round the last digits of what all reserves come to.
test("an amount is read to the last fen", () => {
  const told = documentIn('{"reserve_fen": 9007199254740993, "lines": [{"held_fen": -1}], "at_ms": 5}');

  assert.equal(fenOf(told, "reserve_fen"), 9_007_199_254_740_993n);
  assert.deepEqual(
    listOf(told, "lines", (line) => fenOf(line, "held_fen")),
    [-1n],
  );
  assert.equal(numberOf(told, "at_ms"), 5);
});

// A page that draws what it has not understood shows a wrong figure as a right one.
test("what is no answer of this version is told by its field", () => {
  const told = documentIn('{"name": 7, "sum_fen": 1.5, "large": 9007199254740993}');

  assert.equal(
    codeOf(() => textOf(told, "name")),
    "strange_answer",
  );
  assert.equal(
    codeOf(() => fenOf(told, "sum_fen")),
    "strange_answer",
  );
  assert.equal(
    codeOf(() => fenOf(told, "nothing_fen")),
    "strange_answer",
  );
  assert.equal(
    codeOf(() => numberOf(told, "large")),
    "strange_answer",
  );
  assert.equal(
    codeOf(() => figuresIn(told)),
    "strange_answer",
  );
  for (const text of ["", "[]", "null", "<html>"])
    assert.equal(
      codeOf(() => documentIn(text)),
      "strange_answer",
    );
});

// The stable code decides what is said to a person; without an answer the page may ask again.
test("a problem becomes a trouble with its code", async () => {
  const body = JSON.stringify({ code: "not_allowed", detail: "no", next_step: "" });
  const ask = (send: () => Promise<Response>) => answerOf(send).catch((error: Trouble) => [error.code, error.final]);

  assert.deepEqual(await ask(async () => new Response(body, { status: 403 })), ["not_allowed", true]);
  assert.deepEqual(await ask(async () => new Response(body, { status: 503 })), ["not_allowed", false]);
  assert.deepEqual(await ask(async () => new Response("<html>", { status: 502 })), ["strange_answer", false]);
  assert.deepEqual(await ask(() => Promise.reject(new TypeError("failed"))), ["unreachable", false]);
  assert.deepEqual(await answerOf(async () => new Response(null, { status: 204 })), {});
});

// A report has a line for each class and city: what customers of one operator hold is their sum.
test("what an operator's customers hold is the sum of its lines", () => {
  const line = { operator: "001", wallet_class: "II", city: "440300", wallets: 12, held_fen: 30, reported_at_ms: 1 };
  const money = { issued_fen: 9, allocated_fen: 8, withdrawn_fen: 0, reserve_fen: 9, vault_fen: 5 };
  const told = documentIn(
    JSON.stringify({
      operators: [
        { operator: "001", ...money },
        { operator: "002", ...money },
      ],
      holdings: [line, { ...line, city: "320500", wallets: 1, held_fen: 12 }],
    }),
  );

  assert.deepEqual(
    operatorsIn(told).map(({ operator, held, wallets }) => [operator, held, wallets]),
    [
      ["001", 42n, 13],
      ["002", 0n, 0],
    ],
  );
});
