/** How views see a till: they are drawn again after each change, and each second while something runs out. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Trouble } from "../../shared/holder/trouble.ts";
import type { Payment } from "../../shared/holder/types.ts";
import type { Fen } from "../../shared/protocol/money.ts";
import type { Till } from "../till.ts";
import { wordsOf } from "./words.ts";

/** Draw the caller again after each change of the till. */
export function useTill(till: Till): void {
  const [, draw] = useState(0);
  useEffect(() => till.onChange(() => draw((count) => count + 1)), [till]);
}

/** Return the ledger's time, again each second. */
export function useNow(till: Till): number {
  const [now, tell] = useState(till.holder.now());
  useEffect(() => {
    const clock = setInterval(() => tell(till.holder.now()), 1_000);
    return () => clearInterval(clock);
  }, [till]);
  return now;
}

/** Something that was pressed: whether it goes on, and in words what went wrong with it. */
export interface Work {
  readonly isBusy: boolean;
  readonly fault: string | undefined;
  /** Do it, unless the last press goes on: whoever presses twice does it once. */
  readonly run: (work: () => Promise<void>) => void;
}

/** Return a piece of work of the caller. */
export function useWork(): Work {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | undefined>(undefined);
  // What is drawn is a moment old: a second press may come before the first one is seen.
  const goesOn = useRef(false);
  const busy = (is: boolean) => {
    goesOn.current = is;
    setBusy(is);
  };
  const run = (work: () => Promise<void>) => {
    if (goesOn.current) return;
    busy(true);
    setFault(undefined);
    work()
      .catch((error: unknown) => setFault(wordsOf(error)))
      .finally(() => busy(false));
  };
  return { isBusy, fault, run };
}

/** Pay back a payment, or a part of it. */
export type PayBack = (payment: Parameters<Till["refund"]>[0], amount: Fen) => Promise<Payment>;

/** Return a way to pay back under one name: while nothing final is known of a refund, the same one goes on. */
export function useRefund(till: Till): PayBack {
  const name = useRef("");
  return async (payment, amount) => {
    // Another amount is another refund.
    if (!name.current.endsWith(` ${amount}`)) name.current = `${crypto.randomUUID()} ${amount}`;
    try {
      return await till.refund(payment, amount, name.current);
    } catch (error) {
      // What was refused is over: whoever tries again later means a new one.
      if (error instanceof Trouble && error.final) name.current = "";
      throw error;
    }
  };
}
