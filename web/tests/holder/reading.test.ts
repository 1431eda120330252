import assert from "node:assert/strict";
import { test } from "node:test";

import { Told } from "../../shared/holder/reading.ts";
import { accountOf } from "../../shared/holder/records.ts";
import { Later } from "../../shared/holder/trouble.ts";

const ACCOUNT = {
  wallet: "0012345678901231",
  wallet_class: "II",
  balance_fen: 9007199254740991,
  locked_fen: 0,
  on_hold_fen: 0,
  in_flight_fen: 0,
  spent_today_fen: 1,
  spent_this_year_fen: 2,
  limits: { cap_fen: null, single_fen: 5, daily_fen: 6, annual_fen: null },
  epoch: 1,
  next_number: 3,
  frozen: null,
  closed: false,
};

// Every amount is exact: one that this language cannot hold to the fen is refused and not rounded.
test("an account is read to the fen", () => {
  const account = accountOf(new Told(ACCOUNT));

  assert.equal(account.balance, 9_007_199_254_740_991n);
  assert.deepEqual(account.limits, { cap: null, single: 5n, daily: 6n, annual: null });
  assert.equal(account.frozen, null);
});

// An answer comes from outside: what is not of its kind is no answer, and nothing is known.
test("what is no account is an answer of another version", () => {
  const wrong: readonly unknown[] = [
    null,
    [],
    "account",
    { ...ACCOUNT, balance_fen: 9007199254740992 },
    { ...ACCOUNT, balance_fen: -1 },
    { ...ACCOUNT, balance_fen: 1.5 },
    { ...ACCOUNT, balance_fen: "1" },
    { ...ACCOUNT, wallet: "0012345678901232" },
    { ...ACCOUNT, wallet_class: "V" },
    { ...ACCOUNT, closed: 0 },
    { ...ACCOUNT, frozen: "forever" },
    { ...ACCOUNT, epoch: undefined },
  ];

  for (const told of wrong) {
    assert.throws(
      () => accountOf(new Told(told)),
      (error) => error instanceof Later && error.code === "strange_answer",
    );
  }
});
