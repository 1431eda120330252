/** Conditions: when held money may move, and the evidence that meets one. Twin of `dcep.messages.commands.conditions`. */

import { type Bytes, concat } from "./bytes.ts";
import type { WalletId } from "./ids.ts";
import { type Codec, HASH, integer, list, Malformed, type Reader, UNIX_MS, WALLET_ID } from "./layout.ts";
import { encodePolicy, keysOf, type Policy, readPolicy } from "./policies.ts";
import { SIGNATURE_SIZE } from "./suites.ts";

export type Condition =
  /** An account of this ledger gives the command, or has co-signed. */
  | { readonly kind: "account"; readonly account: WalletId }
  /** At least `needed` of the conditions below. */
  | { readonly kind: "at_least"; readonly needed: number; readonly of: readonly Condition[] }
  /** The policy with this hash has co-signed. */
  | { readonly kind: "policy"; readonly policy: Bytes }
  /** The ledger's time has not reached, or has reached, this one. */
  | { readonly kind: "before" | "after"; readonly time: bigint }
  /** 32 bytes are shown of which this is the SHA-256. */
  | { readonly kind: "preimage"; readonly hash: Bytes };

/** A policy in full and what its keys have signed, each with the number of its key, ascending. */
export interface Cosignature {
  readonly policy: Policy;
  readonly signatures: readonly Signature[];
}

/** A signature and the number of its key in the policy. */
export interface Signature {
  readonly number: number;
  readonly signature: Bytes;
}

/** What is brought to meet a condition: co-signatures, and the secrets behind hashes. */
export interface Evidence {
  readonly cosignatures: readonly Cosignature[];
  readonly preimages: readonly Bytes[];
}

const MAX_DEPTH = 8;
const MAX_SIZE = 512;
const MAX_PARTS = 32;
const MAX_COSIGNATURES = 8;
const MAX_PREIMAGES = 8;
const PREIMAGES = list(HASH);

/** Return the condition's own, self-delimiting bytes. */
export function encodeCondition(condition: Condition): Bytes {
  switch (condition.kind) {
    case "account":
      return concat(Uint8Array.of(1), WALLET_ID.write(condition.account));
    case "at_least":
      return concat(Uint8Array.of(2, condition.needed, condition.of.length), ...condition.of.map(encodeCondition));
    case "policy":
      return concat(Uint8Array.of(3), condition.policy);
    case "before":
      return concat(Uint8Array.of(4), UNIX_MS.write(condition.time));
    case "after":
      return concat(Uint8Array.of(5), UNIX_MS.write(condition.time));
    case "preimage":
      return concat(Uint8Array.of(6), condition.hash);
  }
}

/** Take one condition off the reader.
 *
 * @throws Malformed: too deep, too long, a count that can never be met.
 */
export function readCondition(reader: Reader): Condition {
  const start = reader.at;
  const condition = readTree(reader, MAX_DEPTH);
  if (reader.at - start > MAX_SIZE) throw new Malformed("condition too long");
  return condition;
}

/** Return the evidence's own, self-delimiting bytes. */
export function encodeEvidence(evidence: Evidence): Bytes {
  const cosignatures = evidence.cosignatures.map((each) =>
    concat(encodePolicy(each.policy), encodeSignatures(each.signatures)),
  );
  return concat(integer(cosignatures.length, 1), ...cosignatures, PREIMAGES.write(evidence.preimages));
}

/** Take one piece of evidence off the reader.
 *
 * @throws Malformed: more than anybody needs, signatures out of order or without their key.
 */
export function readEvidence(reader: Reader): Evidence {
  const cosignatures = Array.from({ length: reader.integer(1) }, () => readCosignature(reader));
  const preimages = PREIMAGES.read(reader);
  const signatures = cosignatures.reduce((count, each) => count + each.signatures.length, 0);
  if (Math.max(cosignatures.length, signatures) > MAX_COSIGNATURES || preimages.length > MAX_PREIMAGES) {
    throw new Malformed("too much evidence");
  }
  return { cosignatures, preimages };
}

export const CONDITION: Codec<Condition> = { name: "Condition", write: encodeCondition, read: readCondition };
export const EVIDENCE: Codec<Evidence> = { name: "Evidence", write: encodeEvidence, read: readEvidence };

/** Return signatures as they stand behind a policy: their count, each behind the number of its key. */
export function encodeSignatures(signatures: readonly Signature[]): Bytes {
  const signed = signatures.map((each) => concat(Uint8Array.of(each.number), each.signature));
  return concat(integer(signatures.length, 1), ...signed);
}

/** Take the signatures of a policy off the reader.
 *
 * @throws Malformed: out of order, or without their key.
 */
export function readSignatures(reader: Reader, policy: Policy): readonly Signature[] {
  const signatures = Array.from({ length: reader.integer(1) }, () => {
    return { number: reader.integer(1), signature: reader.take(SIGNATURE_SIZE) };
  });
  const count = keysOf(policy).length;
  if (signatures.some(({ number }) => number >= count)) throw new Malformed("a signature without its key");
  if (signatures.some(({ number }, at) => number <= (signatures[at - 1]?.number ?? -1))) {
    throw new Malformed("signatures out of order");
  }
  return signatures;
}

function readCosignature(reader: Reader): Cosignature {
  const policy = readPolicy(reader);
  const signatures = readSignatures(reader, policy);
  if (policy.kind === "nobody") throw new Malformed("a signature without its key");
  return { policy, signatures };
}

function readTree(reader: Reader, depth: number): Condition {
  if (depth === 0) throw new Malformed("condition too deep");
  switch (reader.integer(1)) {
    case 1:
      return { kind: "account", account: WALLET_ID.read(reader) };
    case 2:
      return readParts(reader, depth);
    case 3:
      return { kind: "policy", policy: HASH.read(reader) };
    case 4:
      return { kind: "before", time: UNIX_MS.read(reader) };
    case 5:
      return { kind: "after", time: UNIX_MS.read(reader) };
    case 6:
      return { kind: "preimage", hash: HASH.read(reader) };
    default:
      throw new Malformed("no such condition");
  }
}

function readParts(reader: Reader, depth: number): Condition {
  const [needed, count] = [reader.integer(1), reader.integer(1)];
  if (needed < 1 || needed > count || count > MAX_PARTS) throw new Malformed("a threshold that is never met");
  return { kind: "at_least", needed, of: Array.from({ length: count }, () => readTree(reader, depth - 1)) };
}
