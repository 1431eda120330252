/** The lines of a shop's history that a till has read, the newest first, back to some moment.
 *
 * Lines never change, and come in the ledger's order: what was read once is not asked for again, and a line that is
 * heard of as it happens and read later is one line.
 */

import type { Movement, Page } from "../../shared/holder/types.ts";

/** Ask for a piece of the history, the newest first. */
export type Ask = (cursor: string | null) => Promise<Page<Movement>>;

export class Lines {
  readonly #ask: Ask;
  #found: readonly Movement[] = [];
  /** What was read without a gap: a line that was only heard of may have missed ones behind it. */
  readonly #read = new Set<string>();
  #backToMs = Number.POSITIVE_INFINITY;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** What was read or heard so far. */
  get known(): readonly Movement[] {
    return this.#found;
  }

  /** Return all lines since a moment, and whatever older ones are known.
   *
   * @throws Trouble: the operator cannot be asked; what was read before stays.
   */
  async read(sinceMs: number): Promise<readonly Movement[]> {
    const isDeepEnough = this.#backToMs <= sinceMs;
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<Movement> = await this.#ask(cursor);
      this.#add(page.items);
      names.push(...page.items.map(nameOf));
      const meetsRead = page.items.some((line) => this.#read.has(nameOf(line)));
      const oldestMs = page.items.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
      cursor = oldestMs < sinceMs || (meetsRead && isDeepEnough) ? null : page.next;
    } while (cursor !== null);
    for (const name of names) this.#read.add(name);
    this.#backToMs = Math.min(this.#backToMs, sinceMs);
    return this.#found;
  }

  /** Take in a line that was heard of. */
  hear(line: Movement): void {
    this.#add([line]);
  }

  #add(lines: readonly Movement[]): void {
    const known = new Set(this.#found.map(nameOf));
    const fresh = lines.filter((line) => !known.has(nameOf(line)));
    if (fresh.length === 0) return;
    this.#found = [...this.#found, ...fresh].sort((one, other) => other.seq - one.seq || other.place - one.place);
  }
}

/** One command is one line of a wallet. */
function nameOf(line: Movement): string {
  return `${line.seq} ${line.place} ${line.kind}`;
}
