import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  BadPairingCode,
  formatPairingCode,
  pairingCode,
  readPairingCode,
} from "../../shared/protocol/pairing_codes.ts";

const TABLE = new URL("../../../vectors/merchants/pairing_codes.tsv", import.meta.url);
const rows = readFileSync(TABLE, "utf8").trimEnd().split("\n").slice(1);

// The operator and the page make the same code of the same key, or no new till is let in.
for (const row of rows) {
  const [name, suite, key = "", code, typed = ""] = row.split("\t");
  test(`a pairing code: ${name}`, async () => {
    const made = await pairingCode(Number(suite), Uint8Array.from(Buffer.from(key, "hex")));

    assert.equal(made, code);
    assert.equal(readPairingCode(typed), code);
    assert.equal(readPairingCode(formatPairingCode(made)), code);
  });
}

// Too short, too long, a letter that no code has.
test("what is no pairing code is said to be none", () => {
  for (const typed of ["", "0123", "0123456789ABC", "U23456789ABC", "0123456789A中"]) {
    assert.throws(() => readPairingCode(typed), BadPairingCode, typed);
  }
});
