/**
 * What the page knows of the pilot, kept up to date while it is drawn.
 *
 * 1. How it stands is asked at the beginning, when an event has told of a board, and every five seconds.
 * 2. Events tell of each board as it comes; the browser itself goes on behind the last one when it was cut off.
 */

import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../../shared/holder/trouble.ts";
import { ask, documentIn } from "../answers.ts";
import { type Board, boardIn, type Standing, standingIn, withNewer } from "./boards.ts";

const AGAIN_MS = 5_000;

/** How the pilot stands, the boards of the phase that came since the page was opened, and when it was last heard of. */
export interface Watched {
  readonly standing: Standing | null;
  readonly boards: readonly Board[];
  readonly heardAt: number;
}

/** Watch the pilot until the page is left. */
export function usePilot(): Watched {
  const [watched, watch] = useState<Watched>({ standing: null, boards: [], heardAt: 0 });
  useEffect(() => {
    const look = async () => {
      const standing = await standingNow();
      if (standing === null) return;
      watch((known) => ({ ...known, standing, heardAt: Date.now() }));
    };
    look();
    const again = setInterval(look, AGAIN_MS);
    const events = new EventSource("/v1/pilot/events");
    events.addEventListener("board", (event: MessageEvent<string>) => {
      const board = boardOf(event.data);
      if (board === null) return;
      watch((known) => ({ ...known, boards: withNewer(known.boards, board) }));
      look();
    });
    return () => {
      clearInterval(again);
      events.close();
    };
  }, []);
  return watched;
}

async function standingNow(): Promise<Standing | null> {
  try {
    return standingIn(await ask("/v1/pilot"));
  } catch (error) {
    // Whatever keeps it from coming is seen by the age of what is there.
    if (error instanceof Trouble) return null;
    throw error;
  }
}

function boardOf(data: string): Board | null {
  try {
    return boardIn(documentIn(data));
  } catch (error) {
    if (error instanceof Trouble) return null;
    throw error;
  }
}
