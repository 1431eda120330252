import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, sha256, toHex } from "../../shared/protocol/bytes.ts";
import { type CommandName, fieldsOf, isNumbered, NUMBERS } from "../../shared/protocol/commands.ts";
import type { Signature } from "../../shared/protocol/conditions.ts";
import { integer, Malformed } from "../../shared/protocol/layout.ts";
import { encodePolicy } from "../../shared/protocol/policies.ts";
import {
  attach,
  commandId,
  decodeCommand,
  encodeBody,
  signaturesHold,
  WrongNetwork,
} from "../../shared/protocol/signed.ts";
import { commandRows, table } from "../vectors.ts";

const NETWORK_AT = 5;
const NETWORK_SIZE = 16;
const NAMES = Object.keys(NUMBERS) as CommandName[];
const ROWS = commandRows();

// The table declares every field once for all languages; a field in another place would be other bytes.
test("every command has the fields of the table, in its order", () => {
  const rows = table("commands.tsv");

  const here = NAMES.flatMap((name) => {
    const kind = `0x${NUMBERS[name].toString(16).padStart(2, "0")}`;
    const fields = Object.entries(fieldsOf(name).fields);
    if (fields.length === 0) return [[kind, name, "-", "-"]];
    return fields.map(([field, codec]) => [kind, name, field, codec.name]);
  });
  assert.deepEqual(
    here,
    rows.map((row) => [row.kind, row.command, row.field, row.type]),
  );
});

// Who gives a command stands in the table, and decides whether it carries an account.
test("a command carries a number unless a proof, the members or a worker stand behind it", () => {
  const unnumbered = new Set(["proof", "members", "worker"]);
  const told = new Map(table("commands.tsv").map((row) => [row.command, !unnumbered.has(row.authority ?? "")]));

  assert.deepEqual(new Map(NAMES.map((name) => [name as string, isNumbered(name)])), told);
});

// A command without a row may differ in another language, and nobody sees it.
test("every command has a row", () => {
  assert.deepEqual(new Set(ROWS.map((row) => row.command)), new Set(NAMES));
});

for (const { command, title, fields } of ROWS) {
  // The wire alone gives every field again, and only one encoding gives them.
  test(`${title} is read back from its wire`, async () => {
    const network = networkOf(fields.body);
    const wire = fromHex(fields.wire ?? "");

    const read = decodeCommand(wire, network);

    assert.equal(read.body.kind, command);
    const { account, lane, number, expiresAt, epoch } = read.body;
    assert.deepEqual(
      [String(BigInt(account)), ...[lane, number, expiresAt, epoch].map(String)],
      [fields.account, fields.lane, fields.number, fields.expires_at, fields.epoch],
    );
    assert.deepEqual(orderAsWritten(read.body.kind, read.body.order), orderOf(read.body.kind, fields));
    assert.equal(toHex(read.body.memo), fields.memo);
    assert.equal(toHex(encodePolicy(read.policy)), fields.policy_of_signers);
    assert.equal(read.signatures.map(written).join(","), fields.signatures);
    assert.equal(toHex(encodeBody(network, read.body)), fields.body);
    assert.equal(toHex(await commandId(read.bodyBytes)), fields.id);
    assert.equal(toHex(attach(read.bodyBytes, read.policy, read.signatures)), fields.wire);
    assert.equal(await signaturesHold(read), true);
  });
}

// Whoever changes a byte of what was signed has not signed it.
test("a command with another amount is not signed", async () => {
  const { fields } = rowOf("pay");
  const wire = fromHex(fields.wire ?? "");
  const amountEnds = (fields.body ?? "").length / 2 - 33;
  wire[amountEnds] = (wire[amountEnds] ?? 0) ^ 1;

  assert.equal(await signaturesHold(decodeCommand(wire, networkOf(fields.body))), false);
});

// What was meant for one network must not be read in another, and nonsense in none.
test("what is no command of this network is not read", async () => {
  const { fields } = rowOf("pay");
  const [wire, network] = [fromHex(fields.wire ?? ""), networkOf(fields.body)];
  const other = (await sha256(network)).slice(0, NETWORK_SIZE);

  assert.throws(() => decodeCommand(wire, other), WrongNetwork);
  for (const size of [0, 4, 21, wire.length - 1]) {
    assert.throws(() => decodeCommand(wire.slice(0, size), network), Malformed);
  }
  assert.throws(() => decodeCommand(Uint8Array.of(...wire, 0), network), Malformed);
  assert.throws(() => decodeCommand(new Uint8Array(20_000), network), Malformed);
});

// An amount that does not fit its field must never be cut to one that does.
test("a number out of its range is not written", () => {
  assert.throws(() => integer(2n ** 64n, 8), Malformed);
  assert.throws(() => integer(-1n, 8), Malformed);
  assert.throws(() => integer(256, 1), Malformed);
  assert.deepEqual(integer(2n ** 64n - 1n, 8), new Uint8Array(8).fill(255));
});

function rowOf(title: string): (typeof ROWS)[number] {
  const row = ROWS.find((each) => each.title === title);
  assert.ok(row);
  return row;
}

function networkOf(body = ""): ReturnType<typeof fromHex> {
  return fromHex(body).slice(NETWORK_AT, NETWORK_AT + NETWORK_SIZE);
}

/** Return the fields of an order as the vectors write them: what stands in the row, by its bytes. */
function orderOf(name: CommandName, fields: Readonly<Record<string, string>>): unknown[] {
  return Object.keys(fieldsOf(name).fields).map((field) => fields[field]);
}

function orderAsWritten(name: CommandName, order: Readonly<Record<string, unknown>>): unknown[] {
  return Object.entries(fieldsOf(name).fields).map(([field, codec]) => {
    const value = order[field];
    if (codec.name === "WalletId") return String(BigInt(value as string));
    if (codec.name === "Blob") return toHex(value as Uint8Array);
    return codec.name.startsWith("list of") ? (value as unknown[]).map(written).join(",") : writtenBy(codec, value);
  });
}

function writtenBy(codec: { write: (value: never) => Uint8Array }, value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return toHex(codec.write(value as never));
}

function written(value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value);
  if (isSignature(value)) return toHex(Uint8Array.of(value.number, ...value.signature));
  return Object.values(value as Record<string, bigint>).join("/");
}

function isSignature(value: unknown): value is Signature {
  return typeof value === "object" && value !== null && "signature" in value;
}
