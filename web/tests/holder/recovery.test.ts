import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceOf, signBy } from "../../shared/holder/keys/device.ts";
import { drawCode, seedOf } from "../../shared/holder/keys/recovery.ts";
import { Trouble } from "../../shared/holder/trouble.ts";
import { toHex } from "../../shared/protocol/bytes.ts";
import { ED25519, isSignedBy } from "../../shared/protocol/suites.ts";

const isBadCode = (error: unknown) => error instanceof Trouble && error.code === "bad_recovery_code";

// What was written down on paper gives the key back, however it is typed.
test("a code gives the same key whichever way it is typed", async () => {
  const code = await drawCode();
  const typed = [code, code.toLowerCase(), code.replaceAll(" ", ""), code.replaceAll(" ", "-"), ` ${code}\n`];

  const seeds = await Promise.all(typed.map(seedOf));

  assert.match(code, /^(?:[0-9A-HJKMNP-TV-Z]{4} ){7}[0-9A-HJKMNP-TV-Z]{4}$/);
  assert.equal(new Set(seeds.map(toHex)).size, 1);
});

// A code that was once written down must give its key for ever: RFC 5869 by another implementation.
test("a code has the seed that it has always had", async () => {
  const seed = await seedOf("0000 0000 0000 0000 0000 0000 00VM E27Z");

  assert.equal(toHex(seed), "861f682a158b703541987472d64777179108b9e7403c12772ec63aaf2482c76b");
});

// Letters that look alike are read as one; a letter that is wrong is found before anybody is asked.
test("a letter that was read badly is found", async () => {
  const code = await drawCode();

  for (let at = 0; at < code.length; at += 1) {
    if (code[at] === " ") continue;
    const other = code[at] === "7" ? "8" : "7";
    await assert.rejects(seedOf(code.slice(0, at) + other + code.slice(at + 1)), isBadCode);
  }
  for (const wrong of ["", "7", code.slice(0, -1), `${code}7`, "u".repeat(32), "码".repeat(32)]) {
    await assert.rejects(seedOf(wrong), isBadCode);
  }
});

// The recovery key signs as every other key does, and cannot be read once it is there.
test("the key of a code signs", async () => {
  const device = await deviceOf(await seedOf(await drawCode()));
  const message = new Uint8Array([1, 2, 3]);

  assert.equal(await isSignedBy(ED25519, device.key, message, await signBy(device, message)), true);
  await assert.rejects(crypto.subtle.exportKey("pkcs8", device.secret));
});
