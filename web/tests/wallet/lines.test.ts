import assert from "node:assert/strict";
import { test } from "node:test";

import type { Movement } from "../../shared/holder/types.ts";
import { fileOf, isFound } from "../../wallet/history/lines.ts";
import { SHOP } from "./people.ts";

const PAID: Movement = {
  seq: 12,
  place: 3,
  atMs: Date.UTC(2026, 10, 27, 17, 30, 9),
  kind: "paid",
  counterparty: SHOP,
  amount: 123_450n,
  effect: "out",
  balance: 5n,
  command: "ab".repeat(32),
  refersTo: null,
  memo: null,
};
const WORDS = { kind: "Paid", name: "Bakery 面包", day: "2026-11-28" };

// People remember a name, a sum, a day, or the last digits of a number, and type them as they see them.
test("a line is found by what a person remembers of it", () => {
  const found = ["bakery", "面包", "1,234.50", "1234.5", "2026-11-28 paid", SHOP.slice(3, 9), "abab", ""];

  assert.deepEqual(
    found.filter((query) => !isFound(PAID, WORDS, query)),
    [],
  );
  assert.equal(isFound(PAID, WORDS, "bakery received"), false);
});

// Money out has a sign, so that a column can be summed; the hour is Shanghai's, and says so.
test("a file of lines can be summed by any other program", () => {
  const file = fileOf([PAID, { ...PAID, effect: "in", kind: "received", counterparty: null }], () => "Bakery");

  assert.equal(
    file,
    "\ufefftime,kind,amount_yuan,balance_yuan,counterparty,name,order\r\n" +
      `2026-11-28T01:30:09+08:00,paid,-1234.50,0.05,${SHOP},Bakery,${"ab".repeat(32)}\r\n` +
      `2026-11-28T01:30:09+08:00,received,1234.50,0.05,,Bakery,${"ab".repeat(32)}\r\n`,
  );
});

// A shop chooses its name; a spreadsheet that opens the file must not obey it.
test("a stranger's name becomes neither a formula nor another column", () => {
  const [, line = ""] = fileOf([PAID], () => '=HYPERLINK("x"),1').split("\r\n");

  assert.equal(line.split(",0.05,")[1], `${SHOP},"'=HYPERLINK(""x""),1",${"ab".repeat(32)}`);
});
