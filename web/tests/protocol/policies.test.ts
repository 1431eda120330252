import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, toHex } from "../../shared/protocol/bytes.ts";
import { Malformed, Reader, SuiteUnsupported } from "../../shared/protocol/layout.ts";
import { encodePolicy, isSatisfiedBy, type Policy, policyHash, readPolicy } from "../../shared/protocol/policies.ts";
import { table } from "../vectors.ts";

function policyOf(encoding = ""): Policy {
  const reader = new Reader(fromHex(encoding));
  const policy = readPolicy(reader);
  reader.finish();
  return policy;
}

for (const row of table("policies/encodings.tsv")) {
  // An account keeps the hash alone: another encoding would lock its holder out.
  test(`${row.policy}: a policy has its hash`, async () => {
    const policy = policyOf(row.encoding);

    assert.equal(toHex(encodePolicy(policy)), row.encoding);
    assert.equal(toHex(await policyHash(policy)), row.hash);
  });
}

// Every set of signers of every policy: who may move money is the whole of the matter.
test("a policy is satisfied by the sets of the table", () => {
  const policies = new Map(table("policies/encodings.tsv").map((row) => [row.policy, policyOf(row.encoding)]));

  for (const row of table("policies/satisfied.tsv")) {
    const signed = new Set((row.signed ?? "").split(",").filter(Boolean).map(Number));
    const policy = policies.get(row.policy);
    assert.ok(policy);
    assert.equal(isSatisfiedBy(policy, signed), row.satisfied === "yes", `${row.policy} by ${row.signed}`);
  }
});

for (const row of table("policies/refused.tsv")) {
  // Bytes from outside are hostile; a suite that is not built is told apart from nonsense.
  test(`${row.what}: a policy that nobody writes is refused`, () => {
    const unsupported = row.code === "unsupported_suite";

    assert.throws(
      () => policyOf(row.encoding),
      (error) => error instanceof Malformed && error instanceof SuiteUnsupported === unsupported,
    );
  });
}
