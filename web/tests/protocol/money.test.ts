import assert from "node:assert/strict";
import { test } from "node:test";

import { BadAmount, MAX_FEN, over, parseYuan, yuan } from "../../shared/protocol/money.ts";

const codeOf = (text: string): string => {
  try {
    return String(parseYuan(text));
  } catch (error) {
    if (error instanceof BadAmount) return error.code;
    throw error;
  }
};

// Nothing is rounded and nothing is guessed: what a person types is one amount, or a code that says what is wrong.
test("an amount of yuan is read to the fen", () => {
  const read = ["0", "1", "1.5", "12.05", "0.01", "9999999999999.99"].map(parseYuan);

  assert.deepEqual(read, [0n, 100n, 150n, 1205n, 1n, 999_999_999_999_999n]);
});

// The page shows a sentence for each code; a text with two faults has one code, the same in both languages.
test("what is no amount says why", () => {
  const codes = ["-1", "-0.001", "1.005", "1.000", "", "1.", ".5", "1,5", "+1", " 1", "1e3", "10000000000000", "١"];

  assert.deepEqual(codes.map(codeOf), [
    ...["negative", "negative", "too_many_decimals", "too_many_decimals"],
    ...["bad_number", "bad_number", "bad_number", "bad_number", "bad_number"],
    ...["bad_number", "bad_number", "bad_number", "bad_number"],
  ]);
});

// A person reads thousands, not digits.
test("fen are written as yuan with thousands apart", () => {
  const written = [0n, 5n, 100n, 123_450n, 100_000_000n, MAX_FEN].map(yuan);

  assert.deepEqual(written, ["0.00", "0.05", "1.00", "1,234.50", "1,000,000.00", "184,467,440,737,095,516.15"]);
});

// Exactly the limit is allowed, and a sum of the largest amounts neither wraps nor saturates.
test("exactly the limit is not over it", () => {
  assert.equal(over(100n, 60n, 40n), false);
  assert.equal(over(100n, 60n, 41n), true);
  assert.equal(over(MAX_FEN, MAX_FEN, 1n), true);
  assert.equal(over(null, MAX_FEN, MAX_FEN), false);
});
