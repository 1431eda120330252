/** A signed command: body ‖ policy ‖ signatures. Twin of `dcep.messages.signed`.
 *
 * Body = "dcmd" ‖ version ‖ network ‖ account ‖ lane and number ‖ expires_at ‖ policy epoch ‖ kind ‖ fields ‖ memo hash.
 * The command id is the SHA-256 of the body alone: a second signature never makes a second command.
 */

import { type Bytes, concat, sameBytes, sha256, utf8 } from "./bytes.ts";
import { type CommandName, commandOf, fieldsOf, isNumbered, NUMBERS, type OrderOf } from "./commands.ts";
import { encodeSignatures, readSignatures, type Signature } from "./conditions.ts";
import type { WalletId } from "./ids.ts";
import { integer, Malformed, Reader } from "./layout.ts";
import { encodePolicy, isSatisfiedBy, keysOf, type Policy, readPolicy } from "./policies.ts";
import { isSignedBy } from "./suites.ts";

export const MAX_WIRE = 16_384;
export const MAX_NUMBER = 2 ** 48 - 1;
export const NO_MEMO: Bytes = new Uint8Array(32);

const HEAD = concat(utf8("dcmd"), Uint8Array.of(1));
const NETWORK_SIZE = 16;
const NUMBER_BITS = 48n;
const NUMBER_MASK = 2n ** NUMBER_BITS - 1n;

/** The command belongs to another network. */
export class WrongNetwork extends Malformed {}

/** What is signed, apart from tag, version and network. */
export interface Body<Name extends CommandName = CommandName> {
  readonly account: WalletId;
  readonly lane: number;
  readonly number: number;
  readonly expiresAt: bigint;
  readonly epoch: number;
  readonly kind: Name;
  readonly order: OrderOf<Name>;
  readonly memo: Bytes;
}

/** A decoded command. */
export interface Command {
  readonly body: Body;
  readonly policy: Policy;
  readonly signatures: readonly Signature[];
  readonly bodyBytes: Bytes;
}

/** Return the bytes that are signed.
 *
 * @throws Malformed: a field is out of its range.
 */
export function encodeBody<Name extends CommandName>(network: Bytes, body: Body<Name>): Bytes {
  if (body.number < 0 || body.number > MAX_NUMBER) throw new Malformed("number out of range");
  const laneAndNumber = (BigInt(body.lane) << NUMBER_BITS) | BigInt(body.number);
  return concat(
    HEAD,
    network,
    integer(BigInt(body.account), 8),
    integer(laneAndNumber, 8),
    integer(body.expiresAt, 8),
    integer(body.epoch, 4),
    integer(NUMBERS[body.kind], 1),
    fieldsOf(body.kind).write(body.order as never),
    body.memo,
  );
}

/** Return the identity of the command with this body. */
export async function commandId(bodyBytes: Bytes): Promise<Bytes> {
  return sha256(bodyBytes);
}

/** Return the wire of a command: its body, the policy in full, and the signatures by the numbers of their keys. */
export function attach(bodyBytes: Bytes, policy: Policy, signatures: readonly Signature[]): Bytes {
  return concat(bodyBytes, encodePolicy(policy), encodeSignatures(signatures));
}

/** Return the command with this wire.
 *
 * @throws WrongNetwork: its body belongs to another network.
 * @throws SuiteUnsupported: a key of a suite that this version does not speak.
 * @throws Malformed: anything else that no sender of this version writes.
 */
export function decodeCommand(wire: Bytes, network: Bytes): Command {
  if (wire.length > MAX_WIRE) throw new Malformed("a command is too long");
  const reader = new Reader(wire);
  if (!sameBytes(reader.take(HEAD.length), HEAD)) throw new Malformed("not a command of this version");
  if (!sameBytes(reader.take(NETWORK_SIZE), network)) throw new WrongNetwork("it belongs to another network");
  const body = readBody(reader);
  const bodyBytes = wire.slice(0, reader.at);
  const policy = readPolicy(reader);
  const signatures = readSignatures(reader, policy);
  reader.finish();
  requireShape(body, policy);
  return { body, policy, signatures, bodyBytes };
}

/** Return whether enough keys have signed and each of their signatures holds. */
export async function signaturesHold(command: Command): Promise<boolean> {
  const keys = keysOf(command.policy);
  const judged = command.signatures.map(({ number, signature }) => {
    const key = keys[number];
    return key === undefined ? false : isSignedBy(key.suite, key.key, command.bodyBytes, signature);
  });
  const signed = new Set(command.signatures.map(({ number }) => number));
  return isSatisfiedBy(command.policy, signed) && !(await Promise.all(judged)).includes(false);
}

function readBody(reader: Reader): Body {
  const account = String(reader.large(8)).padStart(16, "0") as WalletId;
  const laneAndNumber = reader.large(8);
  const [expiresAt, epoch] = [reader.large(8), reader.integer(4)];
  const kind = commandOf(reader.integer(1));
  if (kind === undefined) throw new Malformed("no such kind");
  const order = fieldsOf(kind).read(reader) as Body["order"];
  const memo = reader.take(NO_MEMO.length);
  const [lane, number] = [Number(laneAndNumber >> NUMBER_BITS), Number(laneAndNumber & NUMBER_MASK)];
  return { account, lane, number, expiresAt, epoch, kind, order, memo };
}

function requireShape(body: Body, policy: Policy): void {
  if (isNumbered(body.kind)) {
    if (policy.kind === "nobody") throw new Malformed("nobody signs");
    return;
  }
  if (BigInt(body.account) !== 0n || body.lane || body.number || body.expiresAt || body.epoch) {
    throw new Malformed("this command carries no account");
  }
  if ((policy.kind === "nobody") !== (body.kind !== "tick")) throw new Malformed("a tick is signed, a proof is not");
}
