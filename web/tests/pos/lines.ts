/** Lines of a shop's history for tests: only what matters is said. */

import type { Movement } from "../../shared/holder/types.ts";
import { parseWalletId } from "../../shared/protocol/ids.ts";

export const CUSTOMER = parseWalletId("0012345678901231");
export const SHOP = parseWalletId("0010000000000002");

/** Return a line: of kind `received`, at noon of 27 November 2026 in Shanghai, unless it is said otherwise. */
export function line(command: string, amount: bigint, more: Partial<Movement> = {}): Movement {
  return {
    seq: 1,
    place: 0,
    atMs: Date.parse("2026-11-27T12:00:00+08:00"),
    kind: "received",
    counterparty: CUSTOMER,
    amount,
    effect: "in",
    balance: 0n,
    command,
    refersTo: null,
    memo: null,
    ...more,
  };
}
