/** The customer's own display: a second window of the same browser, which shows what the till shows to him.
 *
 * The till says what stands before the customer after each change, and again when a display asks; a display says nothing
 * of its own. Both are pages of one origin, and no other page hears them.
 */

import type { Shop } from "./book.ts";
import type { Sale, SaleState } from "./sales/sale.ts";

const CHANNEL = "dcep-till-display";

/** What a display shows. */
export interface Shown {
  readonly shop: Shop;
  readonly sale: Sale | null;
  readonly state: SaleState;
}

type Said = Readonly<{ kind: "shown"; shown: Shown }> | Readonly<{ kind: "asked" }>;

/** Tell displays what stands before the customer: call the answer after each change. */
export function displayed(show: () => Shown): { readonly tell: () => void; readonly end: () => void } {
  const channel = new BroadcastChannel(CHANNEL);
  const tell = () => channel.postMessage({ kind: "shown", shown: show() } satisfies Said);
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.kind === "asked") tell();
  };
  tell();
  return { tell, end: () => channel.close() };
}

/** Hear what a till shows; the answer ends it. */
export function watch(heard: (shown: Shown) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.kind === "shown") heard(data.shown);
  };
  channel.postMessage({ kind: "asked" } satisfies Said);
  return () => channel.close();
}
