/** What the board knows, kept up to date while it is drawn. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Trouble } from "../../shared/holder/trouble.ts";
import { ask } from "../answers.ts";
import type { Screen } from "../staff/screen.ts";
import { type Admitted, admittedIn, type OfficersBoard, officersIn, type Rules, rulesIn } from "./governance.ts";
import { withNewer } from "./history.ts";
import { keptChanges, listen } from "./live.ts";
import { type Change, type OperatorFigures, operatorsIn, type Supply, supplyIn } from "./supply.ts";

const GOVERNANCE_MS = 60_000;
const SECOND_MS = 1_000;

/** The newest cut, when this device heard of it, and for staff the figures of each operator. */
export interface Told {
  readonly supply: Supply;
  readonly operators: readonly OperatorFigures[] | null;
  readonly heardAt: number;
}

/** Who is admitted, whose signatures count, and what is allowed. */
export interface Governance {
  readonly admitted: readonly Admitted[];
  readonly officers: OfficersBoard;
  readonly rules: readonly Rules[];
}

/** Return how all money stands and how it came about, from now on until the page is left.
 *
 * @param screen - who of the staff asks, null for everybody.
 * @param out - is called when that screen is let in no more.
 */
export function useWatch(
  screen: Screen | null,
  out: (trouble: Trouble | null) => void,
): { readonly told: Told | null; readonly changes: readonly Change[] } {
  const [told, tell] = useState<Told | null>(null);
  const [changes, change] = useState<readonly Change[]>([]);
  const look = useRef(() => Promise.resolve());
  look.current = async () => {
    try {
      const answer = await (screen === null ? ask("/v1/supply") : screen.ask("GET", "/v1/supply/operators"));
      const operators = screen === null ? null : operatorsIn(answer);
      tell({ supply: supplyIn(answer), operators, heardAt: Date.now() });
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      // Whatever else keeps figures from coming is seen by the age of the last ones.
      if (error.code === "admission_ended") out(error);
    }
  };
  useEffect(() => {
    look.current();
  }, [screen]);
  useEffect(() => {
    const take = (newer: readonly Change[]) => change((known) => withNewer(known, newer));
    // Events begin with the newest change: those that come while the older ones are read are put behind them.
    const early: Change[] = [];
    let hear = (newer: readonly Change[]) => {
      early.push(...newer);
    };
    const stop = listen({ due: () => look.current(), changes: (newer) => hear(newer) });
    keptChanges()
      .catch(() => [])
      .then((kept) => {
        take([...kept, ...early.filter((each) => each.id > (kept.at(-1)?.id ?? 0))]);
        hear = take;
      });
    return stop;
  }, []);
  return { told, changes };
}

/** Return boards, operators and rules; they change rarely, and are asked for once a minute. */
export function useGovernance(): Governance | null {
  const [found, find] = useState<Governance | null>(null);
  useEffect(() => {
    const look = () => governance().then(find, () => {});
    look();
    const again = setInterval(look, GOVERNANCE_MS);
    return () => clearInterval(again);
  }, []);
  return found;
}

/** Return the device's clock, to the second. */
export function useSeconds(): number {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const ticking = setInterval(() => tick(Date.now()), SECOND_MS);
    return () => clearInterval(ticking);
  }, []);
  return now;
}

async function governance(): Promise<Governance> {
  const [operators, board, rules] = await Promise.all([ask("/v1/operators"), ask("/v1/board"), ask("/v1/rules")]);
  return { admitted: admittedIn(operators), officers: officersIn(board), rules: rulesIn(rules) };
}
