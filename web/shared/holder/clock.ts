/** The ledger's time, as far as this device knows it: expiries are counted from it, whatever the device's own clock says.
 *
 * The difference is measured once a page, kept for pages without a network, and measured again when somebody says that a
 * time was wrong. A ledger's time is some seconds behind at most, which harms nothing: a body lives ten minutes.
 */

import { ask, required } from "./asking.ts";
import type { Store } from "./store.ts";
import { Later } from "./trouble.ts";

export class Clock {
  readonly #ledgerUrl: string;
  readonly #store: Store;
  #aheadMs: number;
  #measured: Promise<void> | null = null;

  constructor(ledgerUrl: string, store: Store, aheadMs: number) {
    this.#ledgerUrl = ledgerUrl;
    this.#store = store;
    this.#aheadMs = aheadMs;
  }

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Measure once; where nobody answers, what was measured before still counts. */
  async measured(): Promise<void> {
    this.#measured ??= this.measure();
    try {
      await this.#measured;
    } catch (error) {
      this.#measured = null;
      if (!(error instanceof Later)) throw error;
    }
  }

  /** Measure the difference now. */
  async measure(): Promise<void> {
    const told = required(await ask({ method: "GET", url: `${this.#ledgerUrl}/v1/standing` }));
    this.#aheadMs = told.number("now_ms") - Date.now();
    await this.#store.keep({ aheadMs: this.#aheadMs });
  }
}
