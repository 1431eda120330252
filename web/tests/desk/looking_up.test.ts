import assert from "node:assert/strict";
import { test } from "node:test";

import { documentIn, recordOf } from "../../console/answers.ts";
import { booksIn, customerIn, freezeIn, orderIn, pageIn } from "../../console/desk/counter.ts";
import { daysBefore, questionOf } from "../../console/desk/looking_up.ts";

// People write numbers with blanks, and off a Chinese keyboard with wide digits.
test("a wallet is found however its number is typed", () => {
  const wanted = { method: "GET", path: "/v1/customers/0015455935111319" };

  assert.deepEqual(questionOf("wallet", " 001 545593511131 9 "), wanted);
  assert.deepEqual(questionOf("wallet", "００１５４５５９３５１１１３１９"), wanted);
});

// What a person has shown goes in the body: an address stands in logs.
test("what a customer has shown stands in no address", () => {
  const search = { method: "POST", path: "/v1/customers/search" };

  assert.deepEqual(questionOf("phone", "138 0000 0001"), { ...search, body: { phone: "+8613800000001" } });
  assert.deepEqual(questionOf("phone", "+44 20 7946 0000"), { ...search, body: { phone: "+442079460000" } });
  assert.deepEqual(questionOf("document", "11010119900307123x"), {
    ...search,
    body: { document: "11010119900307123X" },
  });
});

// Nobody is asked for what can be nobody: the path stays the one that was meant.
test("what can be no number asks nobody", () => {
  assert.equal(questionOf("wallet", "001"), "bad_wallet");
  assert.equal(questionOf("wallet", "../../v1/orders"), "bad_wallet");
  assert.equal(questionOf("phone", "12345"), "bad_phone");
  assert.equal(questionOf("document", "  "), "nothing");
});

// The day that goes on has no books yet; a month and a leap year end where they end.
test("the days whose books can be held are those before today", () => {
  assert.deepEqual(daysBefore("2028-03-02", 3), ["2028-03-01", "2028-02-29", "2028-02-28"]);
  assert.deepEqual(daysBefore("2027-01-01", 1), ["2026-12-31"]);
});

// What the desk shows is what the counter said, null where it has nothing.
test("records of the counter are read as the reference says", () => {
  const order = { id: "a", kind: "exchange", wallet: null, state: "accepted", code: "", amount_fen: 5, made_at_ms: 1 };
  const freeze = {
    id: "b",
    kind: "freeze",
    wallet: "1",
    scope: "pay",
    basis: "case 7",
    asked_by: "Wang",
    state: "done",
  };
  const told = documentIn(
    JSON.stringify({
      items: [{ ...order, ended_at_ms: null }],
      next: "more",
      freeze: { ...freeze, code: "", made_at_ms: 2, ended_at_ms: 3, in_force: true },
    }),
  );

  const page = pageIn(told, orderIn);
  assert.deepEqual([page.next, page.items[0]?.amount, page.items[0]?.endedAtMs], ["more", 5n, null]);
  assert.equal(freezeIn(recordOf(told, "freeze")).inForce, true);
  assert.deepEqual(
    booksIn(
      documentIn('{"day": "2026-11-26", "allocated_fen": 9, "breaks": [{"kind": "k", "subject": "s", "says": "x"}]}'),
    ),
    { day: "2026-11-26", allocated: 9n, breaks: [{ kind: "k", subject: "s", says: "x" }] },
  );
  assert.throws(() => customerIn(documentIn('{"wallet": "1", "wallets": [7]}')));
});
