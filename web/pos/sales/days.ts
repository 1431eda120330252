/** The days of a shop: the lines of its history that were read, and which requests they answer. */

import type { Movement } from "../../shared/holder/types.ts";
import { isoDay } from "../../shared/ui/i18n.ts";
import { type Ask, Lines } from "./lines.ts";
import { dayBefore, during, type Reference, referencesOf, startOf } from "./references.ts";
import { type Takings, takingsOf } from "./takings.ts";

export class Days {
  readonly #lines: Lines;
  readonly #references = new Map<string, Reference>();

  constructor(ask: Ask) {
    this.#lines = new Lines(ask);
  }

  /** All lines that are known, the newest first. */
  get lines(): readonly Movement[] {
    return this.#lines.known;
  }

  /** Read all lines since a moment, and learn which requests those of today answer.
   *
   * @throws Trouble: the operator cannot be asked.
   */
  async read(sinceMs: number, nowMs: number): Promise<readonly Movement[]> {
    const lines = await this.#lines.read(sinceMs);
    await this.#resolve(lines, isoDay(nowMs));
    return lines;
  }

  /** Read all lines of a day: its takings are whole then.
   *
   * @throws Trouble: the operator cannot be asked.
   */
  async readDay(day: string): Promise<void> {
    await this.#resolve(await this.#lines.read(startOf(day)), day);
  }

  /** Take in a line that was heard of. */
  async hear(line: Movement): Promise<void> {
    this.#lines.hear(line);
    await this.#resolve([line], isoDay(line.atMs));
  }

  /** Return the takings of a day 当日收款, as far as they were read or heard. */
  takings(day: string): Takings {
    return takingsOf(day, this.#lines.known, this.#references);
  }

  /** Return the highest number of a till's requests of a day that is known to be paid, 0 where none is. */
  async highestNumber(till: number, day: string): Promise<number> {
    await this.#resolve(this.#lines.known, day);
    const its = [...this.#references.values()].filter((reference) => reference.day === day && reference.till === till);
    return Math.max(0, ...its.map(({ number }) => number));
  }

  /** Learn which requests the payments of a day answer: of that day, or of the one before it around midnight. */
  async #resolve(lines: readonly Movement[], day: string): Promise<void> {
    const isOfDay = during(day);
    for (const asked of [day, dayBefore(day)]) {
      const memos = lines
        .filter(({ kind, atMs }) => kind === "received" && isOfDay(atMs))
        .flatMap(({ memo }) => (memo === null || this.#references.has(memo) ? [] : [memo]));
      if (memos.length === 0) return;
      for (const [memo, reference] of await referencesOf(memos, asked)) this.#references.set(memo, reference);
    }
  }
}
