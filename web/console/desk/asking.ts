/** What the parts of the desk ask, and how they go on asking while they are drawn. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Trouble } from "../../shared/holder/trouble.ts";
import type { Fields } from "../answers.ts";
import type { Screen } from "../staff/screen.ts";
import { type Order, orderIn, type Page, pageIn } from "./counter.ts";

/** Who works at the desk, and what is called when the day is over. */
export interface Shift {
  readonly screen: Screen;
  readonly out: (trouble: Trouble | null) => void;
}

const AGAIN_MS = 3_000;
const LOOK_MS = 400;
const PATIENCE_MS = 30_000;

/** Ask, and end the shift where the answer is that it is over.
 *
 * @throws Trouble: as `Screen.ask`.
 */
export async function asked(shift: Shift, ask: (screen: Screen) => Promise<Fields>): Promise<Fields> {
  try {
    return await ask(shift.screen);
  } catch (error) {
    if (error instanceof Trouble && error.code === "admission_ended") shift.out(error);
    throw error;
  }
}

/** A list that is read page by page. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly trouble: Trouble | null;
  /** Whether the first page has come. */
  readonly isRead: boolean;
  /** Read the next page; nothing where there is none. */
  readonly more: (() => void) | undefined;
}

/** Return a list, read anew every three seconds as long as its first page alone is shown.
 *
 * @param path - with its query; a cursor is put behind it.
 */
export function useListed<Item>(shift: Shift, path: string, read: (item: Fields) => Item): Listed<Item> {
  const [pages, turn] = useState<readonly Page<Item>[]>([]);
  const [trouble, fail] = useState<Trouble | null>(null);
  const asker = useRef(shift);
  asker.current = shift;
  const reader = useRef(read);
  reader.current = read;
  const fetchPage = async (cursor: string | null): Promise<Page<Item> | null> => {
    const behind = cursor === null ? "" : `${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`;
    try {
      const page = pageIn(await asked(asker.current, (screen) => screen.ask("GET", path + behind)), reader.current);
      fail(null);
      return page;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      fail(error);
      return null;
    }
  };
  useEffect(() => {
    let gone = false;
    const again = async () => {
      if (document.visibilityState === "hidden") return;
      const page = await fetchPage(null);
      // An answer that comes when another list is shown belongs to nothing any more.
      if (page !== null && !gone) turn((known) => (known.length > 1 ? known : [page]));
    };
    turn([]);
    again();
    const ticking = setInterval(again, AGAIN_MS);
    return () => {
      gone = true;
      clearInterval(ticking);
    };
  }, [path]);
  const next = pages.at(-1)?.next ?? null;
  const more = async () => {
    const page = await fetchPage(next);
    if (page !== null) turn((known) => [...known, page]);
  };
  return {
    items: pages.flatMap((page) => page.items),
    trouble,
    isRead: pages.length > 0,
    more: next === null ? undefined : more,
  };
}

/** Return an order when it has ended, or as it stands after half a minute.
 *
 * @throws Trouble: as `Screen.ask`; the order goes on all the same.
 */
export async function followed(shift: Shift, order: Order): Promise<Order> {
  const end = Date.now() + PATIENCE_MS;
  let seen = order;
  while (seen.endedAtMs === null && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    seen = orderIn(await asked(shift, (screen) => screen.ask("GET", `/v1/orders/${order.id}`)));
  }
  return seen;
}
