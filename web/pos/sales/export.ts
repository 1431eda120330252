/** The takings of a day as CSV, for a shop's books: UTF-8 with a mark that spreadsheets want to see, lines end in CRLF.
 *
 * No cell can begin with a sign that a spreadsheet computes: all of them are digits, hex, or words of ours. A wallet has its
 * blanks, so that no spreadsheet takes it for a number and drops the zeros before it; what was paid
 * back has a kind and no minus.
 */

import { formatWalletId } from "../../shared/protocol/ids.ts";
import { yuan } from "../../shared/protocol/money.ts";
import { referenceText } from "./references.ts";
import type { Taking, Takings } from "./takings.ts";

const COLUMNS = ["time", "kind", "till", "reference", "amount_yuan", "wallet", "payment", "refund_of"] as const;
const SHANGHAI_MS = 8 * 3_600_000;

/** Return the text of the file; the oldest first. */
export function takingsCsv(takings: Takings): string {
  const rows = [...takings.lines].reverse().map(rowOf);
  return `\ufeff${[COLUMNS.join(","), ...rows].map((row) => `${row}\r\n`).join("")}`;
}

/** Return the file's name: `takings-2026-11-27.csv`. */
export function takingsFile(takings: Takings): string {
  return `takings-${takings.day}.csv`;
}

function rowOf({ movement, kind, reference }: Taking): string {
  return [
    `${new Date(movement.atMs + SHANGHAI_MS).toISOString().slice(0, 19)}+08:00`,
    kind,
    reference?.till ?? "",
    reference === null ? "" : referenceText(reference),
    yuan(movement.amount).replaceAll(",", ""),
    movement.counterparty === null ? "" : formatWalletId(movement.counterparty),
    movement.command,
    movement.refersTo ?? "",
  ].join(",");
}
