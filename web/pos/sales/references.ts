/** References of a shop's requests: `T2-20261127-0042` is the second till's forty-second request of that day.
 *
 * 1. A payment says which request it answers by the SHA-256 of its reference, and nothing else of it.
 * 2. Till, day and number count up, so any till of the shop can try which of them a payment answers: all know who took
 *    what, and nobody keeps a list.
 * 3. A request that nobody paid leaves a gap; behind a long one nothing more is looked for.
 */

import { isoDay } from "../../shared/ui/i18n.ts";

const FORM = /^T([1-4])-([0-9]{4})([0-9]{2})([0-9]{2})-([0-9]{4,6})$/;
const DIGITS = 4;
const MOST = 999_999;
// As many requests in a row as nobody has paid.
const LONGEST_GAP = 200;
const TILLS = [1, 2, 3, 4] as const;
const DAY_MS = 86_400_000;

/** Which request of which till: tills count from 1, the day is `YYYY-MM-DD` in Shanghai. */
export interface Reference {
  readonly till: number;
  readonly day: string;
  readonly number: number;
}

/** Return the text of a reference. */
export function referenceText({ till, day, number }: Reference): string {
  return `T${till}-${day.replaceAll("-", "")}-${String(number).padStart(DIGITS, "0")}`;
}

/** Return the reference of a text, null where it is none of ours. */
export function readReference(text: string): Reference | null {
  const [, till, year, month, date, number] = FORM.exec(text) ?? [];
  if (till === undefined) return null;
  return { till: Number(till), day: `${year}-${month}-${date}`, number: Number(number) };
}

/** Return the memo of a reference: 64 hex digits. */
export async function memoOf(reference: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(reference));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return which requests of a day these memos answer; a memo that answers none is left out. */
export async function referencesOf(memos: Iterable<string>, day: string): Promise<ReadonlyMap<string, Reference>> {
  const wanted = new Set(memos);
  const found = new Map<string, Reference>();
  for (const till of TILLS) {
    let last = 0;
    for (let number = 1; found.size < wanted.size && number - last <= LONGEST_GAP && number <= MOST; number += 1) {
      const reference = { till, day, number };
      const memo = await memoOf(referenceText(reference));
      if (!wanted.has(memo)) continue;
      found.set(memo, reference);
      last = number;
    }
  }
  return found;
}

/** Return the day before. */
export function dayBefore(day: string): string {
  return isoDay(startOf(day) - DAY_MS / 2);
}

/** Return whether moments are of a day. */
export function during(day: string): (ms: number) => boolean {
  const begin = startOf(day);
  return (ms) => begin <= ms && ms < begin + DAY_MS;
}

/** Return the moment at which a day begins in Shanghai, which has no daylight saving. */
export function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00+08:00`);
}
