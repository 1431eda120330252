import assert from "node:assert/strict";
import { test } from "node:test";

import { plainAmount, readAmount, typedText } from "../../../shared/ui/amounts.ts";
import { speak } from "../../../shared/ui/i18n.ts";

// What a field is filled with must be read again as the same amount.
test("a field is filled with what a person would have typed", () => {
  assert.equal(typedText(1_250n), "12.50");
  assert.equal(typedText(123_400n), "1234");
  assert.deepEqual(readAmount(typedText(123_456_789n)).fen, 123_456_789n);
});

// Full-width digits and points stand under the fingers of whoever has just typed a name.
test("what a Chinese keyboard writes is the same amount", () => {
  assert.equal(readAmount("１２．５０").fen, 1_250n);
  assert.equal(readAmount("￥ 1,234。5").fen, 123_450n);
  assert.equal(readAmount("12.").fen, 1_200n);
});

// Nobody is told off before having typed.
test("an empty field is no amount and no fault", () => {
  assert.deepEqual(readAmount(" "), { fen: null, fault: undefined });
});

// What is left of a sign, an exponent or a third decimal would be another amount than the one that was meant.
test("what is no amount is left as it is and said in words", () => {
  speak("en");

  const faults = ["12.345", "-5", "1e3", "twelve"].map((text) => readAmount(text).fault);

  assert.deepEqual(["-5", "1e3"].map(plainAmount), ["-5", "1e3"]);
  assert.deepEqual(faults, [
    "A yuan has 100 fen: type at most two decimals.",
    "An amount has no sign. Type it without one.",
    "Type an amount such as 12.50.",
    "Type an amount such as 12.50.",
  ]);
});
