/** Receipts: a command, its outcome, and the path to a signed header. The wallet checks one alone.
 * Twin of `dcep.messages.receipts`.
 *
 * 1. The header's worker is one that the wallet trusts for this ledger.
 * 2. Its signature over the header holds.
 * 3. The leaf (command id, outcome) and the path lead to the header's outcomes root.
 */

import { type Bytes, concat, sameBytes, utf8 } from "../bytes.ts";
import { BLOB, COUNT, decode, HASH, list, Malformed, record, type ValueOf } from "../layout.ts";
import { type Command, commandId, decodeCommand } from "../signed.ts";
import { decodeSignedHeader, headerHolds, type SignedHeader } from "./headers.ts";
import { BadPath, leafHash, rootFromPath } from "./merkle.ts";
import { decodeOutcome, encodeOutcome, type Outcome } from "./outcomes.ts";

/** A receipt that proves nothing; the message says which of the three checks failed. */
export class BadReceipt extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadReceipt";
  }
}

/** What a payer keeps and a merchant may ask for; `command` is its wire. */
export const RECEIPT = record("Receipt", {
  command: BLOB,
  outcome: BLOB,
  index: COUNT,
  path: list(HASH),
  header: BLOB,
});

export type Receipt = ValueOf<typeof RECEIPT>;

/** What a receipt proves: this command had this outcome on the ledger that signed the header. */
export interface Proven {
  readonly command: Command;
  readonly id: Bytes;
  readonly outcome: Outcome;
  readonly header: SignedHeader;
}

const HEAD = concat(utf8("drec"), Uint8Array.of(1));

/** Return the receipt's bytes. */
export function encodeReceipt(receipt: Receipt): Bytes {
  return concat(HEAD, RECEIPT.write(receipt));
}

/** Return the receipt with these bytes; nothing is verified here. */
export function decodeReceipt(data: Bytes): Receipt {
  if (!sameBytes(data.slice(0, HEAD.length), HEAD)) throw new Malformed("not a receipt of this version");
  return decode(RECEIPT, data.slice(HEAD.length));
}

/** Return what the receipt proves to a holder who trusts these worker keys.
 *
 * @throws BadReceipt: it proves nothing.
 */
export async function verifyReceipt(receipt: Receipt, network: Bytes, workers: readonly Bytes[]): Promise<Proven> {
  const { command, outcome, signed } = parts(receipt, network);
  const { header } = signed;

  // 1. A worker that the holder trusts.
  if (!sameBytes(header.network, network) || !workers.some((key) => sameBytes(key, header.worker))) {
    throw new BadReceipt("the header is not signed by a worker of this network");
  }
  // 2. Its signature.
  if (!(await headerHolds(signed))) throw new BadReceipt("the worker's signature does not hold");
  // 3. The path.
  const id = await commandId(command.bodyBytes);
  const start = await leafHash(concat(id, encodeOutcome(outcome)));
  const root = await rootFromPath(start, receipt.index, header.count, receipt.path).catch((error: unknown) => {
    if (error instanceof BadPath) throw new BadReceipt("the path has an impossible shape");
    throw error;
  });
  if (!sameBytes(root, header.outcomes_root)) throw new BadReceipt("the path does not lead to the header");
  return { command, id, outcome, header: signed };
}

function parts(receipt: Receipt, network: Bytes): { command: Command; outcome: Outcome; signed: SignedHeader } {
  try {
    return {
      command: decodeCommand(receipt.command, network),
      outcome: decodeOutcome(receipt.outcome),
      signed: decodeSignedHeader(receipt.header),
    };
  } catch (error) {
    if (error instanceof Malformed) throw new BadReceipt(`malformed: ${error.message}`);
    throw error;
  }
}
