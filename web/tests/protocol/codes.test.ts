import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256, toHex, utf8 } from "../../shared/protocol/bytes.ts";
import { BadRequest, decodeRequest, encodeRequest, memoOf } from "../../shared/protocol/codes.ts";
import { table } from "../vectors.ts";

const ROWS = table("requests/requests.tsv");

for (const row of ROWS) {
  // A code hangs on a wall where anybody may put another over it: it is read alike everywhere, or not at all.
  test(`payment request: ${row.what}`, () => {
    const text = row.text ?? "";
    if (row.receiver === "bad_request") {
      assert.throws(() => decodeRequest(text), BadRequest);
      return;
    }

    const request = decodeRequest(text);

    const told = [request.receiver, request.network, request.name, request.city, request.reference];
    const numbers = [request.expiresAtMs, request.amount, request.category];
    assert.deepEqual(
      [...told, ...numbers].map((value) => String(value ?? "-")),
      [row.receiver, row.network, row.name, row.city, row.reference, row.expires_at, row.amount, row.category],
    );
    assert.equal(encodeRequest(request), text);
  });
}

// The checksum sees every burst of sixteen bits: one character in another's place is always found.
test("a text with one character altered is no request", () => {
  const text = ROWS.find((row) => row.what === "the longest words")?.text ?? "";
  assert.match(text, /^[ -~]+$/);

  for (let at = 0; at < text.length; at += 1) {
    const other = text[at] === "7" ? "8" : "7";
    assert.throws(() => decodeRequest(text.slice(0, at) + other + text.slice(at + 1)), BadRequest);
  }
});

// A camera reads whatever hangs on a wall: every text is a request or refused, and nothing else happens.
test("any text at all is read or refused", () => {
  const hostile = ["\ud800", "5902\ud800x6304", "9".repeat(100_000), "6304", "__proto__", "00020101021126"];

  for (const text of hostile) assert.throws(() => decodeRequest(text), BadRequest);
});

// The receiver finds the payment of a request by its memo, and an order without a reference has none.
test("a memo is the hash of the reference", async () => {
  assert.equal(toHex(await memoOf("till-1_0042")), toHex(await sha256(utf8("till-1_0042"))));
  assert.equal(toHex(await memoOf(null)), "00".repeat(32));
});
