/**
 * How the board stays live.
 *
 * 1. The changes that the central bank keeps are read page by page, once.
 * 2. Events tell of each change as it is seen; the browser itself goes on behind the last one when it was cut off.
 * 3. A change, and every five seconds without one, lets the page ask for a whole cut: classes, cities, and that the figures
 *    are still those of now. Changes that come in a burst are one question.
 */

import { Trouble } from "../../shared/holder/trouble.ts";
import { ask, documentIn, type Fields, listOf, textOrNull } from "../answers.ts";
import { type Change, changeIn } from "./supply.ts";

const PAGE = 1_000;
const AGAIN_MS = 5_000;
const BURST_MS = 400;

/** What the board hears of. */
export interface Heard {
  /** Changes behind those that were told before; the first ones at the beginning. */
  readonly changes: (changes: readonly Change[]) => void;
  /** It is time to ask for a whole cut. */
  readonly due: () => void;
}

/** Read the changes that are kept, the oldest first.
 *
 * @throws Trouble: see `ask`.
 */
export async function keptChanges(askFor: (path: string) => Promise<Fields> = ask): Promise<Change[]> {
  const changes: Change[] = [];
  let cursor: string | null = null;
  do {
    const behind: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Fields = await askFor(`/v1/supply/history?limit=${PAGE}${behind}`);
    changes.push(...listOf(page, "items", changeIn));
    cursor = textOrNull(page, "next");
  } while (cursor !== null);
  return changes;
}

/** Tell of changes until the answer is called. */
export function listen(heard: Heard): () => void {
  let burst: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    burst ??= setTimeout(() => {
      burst = undefined;
      heard.due();
    }, BURST_MS);
  };
  // 2.
  const events = new EventSource("/v1/events");
  events.addEventListener("supply", (event: MessageEvent<string>) => {
    const change = changeOf(event.data);
    if (change !== null) heard.changes([change]);
    soon();
  });
  // 3.
  const again = setInterval(heard.due, AGAIN_MS);
  const seen = () => {
    if (document.visibilityState === "visible") heard.due();
  };
  document.addEventListener("visibilitychange", seen);
  return () => {
    events.close();
    clearInterval(again);
    clearTimeout(burst);
    document.removeEventListener("visibilitychange", seen);
  };
}

/** Return the change that an event tells of, null where it is none that this page can read: the cut will tell. */
export function changeOf(data: string): Change | null {
  try {
    return changeIn(documentIn(data));
  } catch (error) {
    if (error instanceof Trouble) return null;
    throw error;
  }
}
