/** Policies: who may act for an account. A key, k of n policies, or an officers' board of k of n from several sites.
 * Twin of `dcep.messages.policies`.
 *
 * A policy is written in full in each command; the account keeps its hash. Keys are numbered in the order in which they
 * stand in the tree; a signature names the number of its key.
 */

import { type Bytes, concat, sha256, utf8 } from "./bytes.ts";
import { type Codec, Malformed, type Reader } from "./layout.ts";
import { keySize } from "./suites.ts";

/** No policy: the command carries its proof itself. */
export interface Nobody {
  readonly kind: "nobody";
}

/** One key of one suite. */
export interface SingleKey {
  readonly kind: "key";
  readonly suite: number;
  readonly key: Bytes;
}

/** At least `needed` of the policies below; any = 1, all = their count. */
export interface Threshold {
  readonly kind: "threshold";
  readonly needed: number;
  readonly of: readonly Policy[];
}

/** An officer's key and the site where it is kept. */
export interface Seat {
  readonly site: number;
  readonly suite: number;
  readonly key: Bytes;
}

/** At least `needed` officers, from at least `sites` different sites. */
export interface Board {
  readonly kind: "board";
  readonly needed: number;
  readonly sites: number;
  readonly seats: readonly Seat[];
}

export type Policy = Nobody | SingleKey | Threshold | Board;

export const NOBODY: Nobody = { kind: "nobody" };
export const MAX_DEPTH = 8;
export const MAX_KEYS = 32;

const TAG = utf8("dpol");

/** Return the policy's own, self-delimiting bytes. */
export function encodePolicy(policy: Policy): Bytes {
  switch (policy.kind) {
    case "nobody":
      return Uint8Array.of(0);
    case "key":
      return concat(Uint8Array.of(1, policy.suite), policy.key);
    case "threshold":
      return concat(Uint8Array.of(2, policy.needed, policy.of.length), ...policy.of.map(encodePolicy));
    case "board": {
      const seats = policy.seats.map((seat) => concat(Uint8Array.of(seat.site, seat.suite), seat.key));
      return concat(Uint8Array.of(3, policy.needed, policy.sites, policy.seats.length), ...seats);
    }
  }
}

/** Return the keys of a policy in the order of their numbers. */
export function keysOf(policy: Policy): readonly { readonly suite: number; readonly key: Bytes }[] {
  switch (policy.kind) {
    case "nobody":
      return [];
    case "key":
      return [policy];
    case "threshold":
      return policy.of.flatMap(keysOf);
    case "board":
      return policy.seats;
  }
}

/** Return whether the keys with these numbers are enough; `start` is the number of the policy's first key. */
export function isSatisfiedBy(policy: Policy, signed: ReadonlySet<number>, start = 0): boolean {
  switch (policy.kind) {
    case "nobody":
      return signed.size === 0;
    case "key":
      return signed.has(start);
    case "threshold": {
      let [satisfied, first] = [0, start];
      for (const part of policy.of) {
        satisfied += isSatisfiedBy(part, signed, first) ? 1 : 0;
        first += keysOf(part).length;
      }
      return satisfied >= policy.needed;
    }
    case "board": {
      const present = policy.seats.filter((_, number) => signed.has(start + number));
      return present.length >= policy.needed && new Set(present.map((seat) => seat.site)).size >= policy.sites;
    }
  }
}

/** Return what an account keeps of its policy. */
export async function policyHash(policy: Policy): Promise<Bytes> {
  return sha256(concat(TAG, encodePolicy(policy)));
}

/** Take one policy off the reader.
 *
 * @throws SuiteUnsupported: a key of a suite that is not built.
 * @throws Malformed: deeper than MAX_DEPTH, more than MAX_KEYS keys, a count that no set of signatures can meet.
 */
export function readPolicy(reader: Reader): Policy {
  const policy = readTree(reader, MAX_DEPTH);
  if (keysOf(policy).length > MAX_KEYS) throw new Malformed("too many keys");
  return policy;
}

export const POLICY: Codec<Policy> = { name: "Policy", write: encodePolicy, read: readPolicy };

function readTree(reader: Reader, depth: number): Policy {
  if (depth === 0) throw new Malformed("policy too deep");
  const kind = reader.integer(1);
  if (kind === 0 && depth === MAX_DEPTH) return NOBODY;
  if (kind === 1) return { kind: "key", ...readKey(reader) };
  if (kind === 2) {
    const [needed, count] = [reader.integer(1), reader.integer(1)];
    requireReachable(needed, count);
    return { kind: "threshold", needed, of: Array.from({ length: count }, () => readTree(reader, depth - 1)) };
  }
  if (kind === 3) return readBoard(reader);
  throw new Malformed("no such policy");
}

function readBoard(reader: Reader): Board {
  const [needed, sites, count] = [reader.integer(1), reader.integer(1), reader.integer(1)];
  requireReachable(needed, count);
  const seats = Array.from({ length: count }, () => ({ site: reader.integer(1), ...readKey(reader) }));
  requireReachable(sites, new Set(seats.map((seat) => seat.site)).size);
  return { kind: "board", needed, sites, seats };
}

function requireReachable(needed: number, count: number): void {
  if (needed < 1 || needed > count || count > MAX_KEYS) throw new Malformed("a threshold nobody can meet");
}

function readKey(reader: Reader): { readonly suite: number; readonly key: Bytes } {
  const suite = reader.integer(1);
  return { suite, key: reader.take(keySize(suite)) };
}
