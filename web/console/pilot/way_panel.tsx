/** The way of a pilot: phase 1, the gate, phase 2; and what the gate wants. */

import { Icon, type IconName } from "../../shared/ui/icons.tsx";
import { Table } from "../../shared/ui/lists.tsx";
import { Badge, Card, type Kind } from "../../shared/ui/surfaces.tsx";
import type { Board, Standing } from "./boards.ts";
import { criterionName, criterionValue, t } from "./words.ts";

/** How far a stage of the way has come. */
export type State = "to_come" | "goes_on" | "ended" | "passed" | "shut";

const KINDS: Readonly<Record<State, Kind>> = {
  to_come: "plain",
  goes_on: "warn",
  ended: "good",
  passed: "good",
  shut: "bad",
};

/** The three stages. */
export function WayPanel({ standing }: { standing: Standing }) {
  const [first, second] = [phaseState(standing, 1), phaseState(standing, 2)];
  return (
    <ol class="way">
      <Stop icon="wallet" title={t("phase_1")} more={t("few")} state={first} />
      <Stop icon="shield" title={t("gate")} more={t("wanted_before")} state={gateState(standing)} />
      <Stop icon="shop" title={t("phase_2")} more={t("all")} state={second} />
    </ol>
  );
}

/** What the gate wants, and how the first phase stands before it. */
export function GatePanel({ board }: { board: Board }) {
  return (
    <Card title={t("gate")}>
      {board.isFinal ? null : <p class="soft">{t("gate_not_yet")}</p>}
      <Table
        caption={t("gate_caption", { phase: board.phase })}
        items={board.criteria}
        keyOf={(criterion) => criterion.name}
        columns={[
          { name: t("criterion"), show: (criterion) => criterionName(criterion.name) },
          { name: t("seen"), kind: "number", show: (criterion) => criterionValue(criterion.seen) },
          { name: t("wanted"), kind: "number", show: (criterion) => criterionValue(criterion.wanted) },
          {
            name: t("held"),
            kind: "number",
            show: (criterion) => (
              <Badge kind={criterion.passed ? "good" : board.isFinal ? "bad" : "plain"}>
                {t(criterion.passed ? "yes" : "no")}
              </Badge>
            ),
          },
        ]}
      />
    </Card>
  );
}

/** Return how far a phase has come. */
export function phaseState(standing: Standing, phase: number): State {
  if (standing.ended.some((board) => board.phase === phase)) return "ended";
  return standing.newest?.phase === phase ? "goes_on" : "to_come";
}

/** Return how the gate stands: it is not judged before the first phase has ended. */
export function gateState(standing: Standing): State {
  if (phaseState(standing, 1) !== "ended") return "to_come";
  return standing.gatePassed ? "passed" : "shut";
}

function Stop({ icon, title, more, state }: { icon: IconName; title: string; more: string; state: State }) {
  return (
    <li class="way-stop" data-state={state}>
      <span class="way-sign">
        <Icon name={icon} size={26} />
      </span>
      <span class="way-words">
        <strong>{title}</strong>
        <span class="small soft">{more}</span>
      </span>
      <Badge kind={KINDS[state]}>{t(state)}</Badge>
    </li>
  );
}
