/** What became of a command: one answer, and the messages that it sent to other ledgers. Twin of `dcep.messages.outcomes`. */

import { type Bytes, concat } from "../bytes.ts";
import { HASH, integer, LEDGER_ID, list, Malformed, NUMBER, Reader, record, type ValueOf } from "../layout.ts";
import { notProcessedOf, refusalOf } from "../refusals.ts";

/** The answers of a ledger by their numbers in a frame; what history alone says stands in none. */
const STATUSES = ["", "settled", "refused", "expired", "not_processed", "already_used", "superseded"] as const;

export type Status = Exclude<(typeof STATUSES)[number], "">;

/** A message that the command put into a channel: its place and the SHA-256 of its bytes. */
export const SENT = record("Sent", { to: LEDGER_ID, n: NUMBER, digest: HASH });

/** One answer; `reason` is the number of the refusal, else 0. */
export interface Outcome {
  readonly status: Status;
  readonly reason: number;
  /** The stable code: the reason where there is one, else the status. */
  readonly code: string;
  readonly sent: readonly ValueOf<typeof SENT>[];
}

const SENTS = list(SENT);

/** Return the outcome with these bytes.
 *
 * @throws Malformed: it is none, or one that history alone gives.
 */
export function decodeOutcome(data: Bytes): Outcome {
  const reader = new Reader(data);
  const [number, reason] = [reader.integer(1), reader.integer(2)];
  const sent = SENTS.read(reader);
  reader.finish();
  const status = STATUSES[number];
  if (!status) throw new Malformed("no such outcome");
  return { status, reason, code: codeOf(status, reason), sent };
}

/** Return the outcome's bytes: status ‖ reason ‖ count ‖ sent messages. */
export function encodeOutcome(outcome: Outcome): Bytes {
  const status = integer(STATUSES.indexOf(outcome.status), 1);
  return concat(status, integer(outcome.reason, 2), SENTS.write(outcome.sent));
}

function codeOf(status: Status, reason: number): string {
  if (status !== "refused" && status !== "not_processed") {
    if (reason !== 0) throw new Malformed("a reason without its status");
    return status;
  }
  const code = status === "refused" ? refusalOf(reason) : notProcessedOf(reason);
  if (code === undefined) throw new Malformed("no such outcome");
  return code;
}
