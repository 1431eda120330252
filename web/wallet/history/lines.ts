/** Lines of the history: finding them, and a file of them for other programs. */

import type { Movement } from "../../shared/holder/types.ts";
import { formatWalletId } from "../../shared/protocol/ids.ts";
import { yuan } from "../../shared/protocol/money.ts";

/** What a person reads of a line, beside its figures. */
export type Words = Readonly<{ kind: string; name: string | null; day: string }>;

/** Tell whether a line has all that a person looks for: words, digits of a wallet, an amount, a day; in any order. */
export function isFound(movement: Movement, words: Words, query: string): boolean {
  const text = [
    words.kind,
    words.name ?? "",
    words.day,
    movement.counterparty ?? "",
    movement.counterparty === null ? "" : formatWalletId(movement.counterparty),
    yuan(movement.amount),
    yuan(movement.amount).replaceAll(",", ""),
    movement.command,
  ]
    .join(" ")
    .toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((part) => text.includes(part));
}

/** The first line of the file. */
export const HEADER = ["time", "kind", "amount_yuan", "balance_yuan", "counterparty", "name", "order"] as const;

/**
 * Return lines as a file of values with commas between (RFC 4180), UTF-8 with the mark by which spreadsheets know it.
 *
 * @param nameOf - what a receiver called itself: a stranger's word, which must not become a formula of a spreadsheet.
 */
export function fileOf(movements: readonly Movement[], nameOf: (movement: Movement) => string | null): string {
  const rows = movements.map((movement) => [
    shanghai(movement.atMs),
    movement.kind,
    signed(movement),
    plain(movement.balance),
    movement.counterparty ?? "",
    harmless(nameOf(movement) ?? ""),
    movement.command,
  ]);
  return `\ufeff${[HEADER, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("")}`;
}

function signed(movement: Movement): string {
  return movement.effect === "out" ? `-${plain(movement.amount)}` : plain(movement.amount);
}

function plain(fen: bigint): string {
  return yuan(fen).replaceAll(",", "");
}

/** Return a moment with Shanghai's hour: `2026-11-27T14:05:09+08:00`. */
function shanghai(ms: number): string {
  return `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}

function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
