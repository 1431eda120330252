/** Signed headers: what a worker says of the ledger after a frame. Twin of `dcep.messages.headers`. */

import { type Bytes, concat, sameBytes, utf8 } from "../bytes.ts";
import {
  COUNT,
  HASH,
  KEY,
  LEDGER_ID,
  list,
  Malformed,
  NETWORK_ID,
  NUMBER,
  Reader,
  record,
  SEQ,
  SUM,
  UNIX_MS,
  type ValueOf,
  VERSION,
} from "../layout.ts";
import { ED25519, isSignedBy, SIGNATURE_SIZE } from "../suites.ts";

/** What has gone to a peer and come from it since the beginning: messages and fen. */
export const FLOW = record("Flow", {
  peer: LEDGER_ID,
  sent: NUMBER,
  sent_fen: SUM,
  received: NUMBER,
  received_fen: SUM,
});

/** The ledger after frame `seq`: folded time, head, root over (command, outcome) of the frame, and its books. */
export const HEADER = record("Header", {
  network: NETWORK_ID,
  ledger: LEDGER_ID,
  seq: SEQ,
  time: UNIX_MS,
  head: HASH,
  outcomes_root: HASH,
  count: COUNT,
  total: SUM,
  vault_high: NUMBER,
  vault_used: NUMBER,
  board: VERSION,
  workers: VERSION,
  rules: VERSION,
  flows: list(FLOW),
  worker: KEY,
});

export type Header = ValueOf<typeof HEADER>;

/** A header and its worker's signature, which is not verified yet. */
export interface SignedHeader {
  readonly header: Header;
  readonly signature: Bytes;
}

const HEAD = concat(utf8("dhdr"), Uint8Array.of(1));

/** Return the bytes that the worker signs. */
export function encodeHeader(header: Header): Bytes {
  return concat(HEAD, HEADER.write(header));
}

/** Return the signed header with these bytes; Malformed if there is none. */
export function decodeSignedHeader(data: Bytes): SignedHeader {
  const reader = new Reader(data);
  if (!sameBytes(reader.take(HEAD.length), HEAD)) throw new Malformed("not a header of this version");
  const header = HEADER.read(reader);
  const signature = reader.take(SIGNATURE_SIZE);
  reader.finish();
  return { header, signature };
}

/** Return whether the worker that the header names has signed it. */
export async function headerHolds(signed: SignedHeader): Promise<boolean> {
  return isSignedBy(ED25519, signed.header.worker, encodeHeader(signed.header), signed.signature);
}
