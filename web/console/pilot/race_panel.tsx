/** The operators' race: who leads, by what, and how it goes. */

import { yuan } from "../../shared/protocol/money.ts";
import { Chart } from "../../shared/ui/charts/chart.tsx";
import { count, hour } from "../../shared/ui/i18n.ts";
import { Table } from "../../shared/ui/lists.tsx";
import { Badge, Card } from "../../shared/ui/surfaces.tsx";
import { operatorName } from "../names.ts";
import { type Board, type Line, ranked, rates } from "./boards.ts";
import { shortName, t } from "./words.ts";

/** The table of the race. */
export function RacePanel({ board }: { board: Board }) {
  const most = Math.max(1, ...board.lines.map((line) => line.points));
  return (
    <Card title={t("race")}>
      <Table
        caption={t("race_caption", { phase: board.phase, time: hour(board.atMs, true) })}
        items={ranked(board)}
        keyOf={(line) => line.operator}
        columns={[
          { name: t("operator"), show: (line) => <Place line={line} /> },
          { name: t("points"), kind: "number", show: (line) => <Points line={line} most={most} /> },
          { name: t("in_use"), kind: "number", show: (line) => partOf(line.active, line.wallets) },
          { name: t("kept"), kind: "number", show: (line) => partOf(line.kept, line.attempts) },
          { name: t("payments"), kind: "number", show: (line) => times(line.paymentP50, line.paymentP95) },
          { name: t("orders"), kind: "number", show: (line) => times(line.orderP50, line.orderP95) },
          {
            name: t("cost"),
            kind: "number",
            show: (line) => t("ms", { ms: ms(line.cost / Math.max(1, line.settled)) }),
          },
          { name: t("conflicts"), kind: "number", show: (line) => <Conflicts line={line} /> },
          { name: t("moved"), kind: "number", show: (line) => yuan(line.moved) },
        ]}
      />
      <p class="small soft">{t("race_more")}</p>
    </Card>
  );
}

/** How it goes: steps in each second, and how long payments take. */
export function ChartsPanel({ board, boards }: { board: Board; boards: readonly Board[] }) {
  const [seconds, found] = rates(boards);
  const lines = ranked(board);
  const names = lines.map((line) => shortName(line.operator));
  const places = lines.map((_, at) => at);
  return (
    <Card title={t("charts")}>
      <div class="grid-2">
        {seconds.length < 2 ? (
          <Chart
            label={t("points_chart")}
            series={[{ name: t("points_chart"), colour: 1, look: "bars" }]}
            columns={[places, lines.map((line) => line.points)]}
            write={count}
            axis={names}
          />
        ) : (
          <Chart
            label={t("steps_chart")}
            series={[{ name: t("steps_chart"), colour: 1, look: "area" }]}
            columns={[seconds, found]}
            write={(value) => count(Math.round(value))}
          />
        )}
        <Chart
          label={t("time_chart")}
          series={[{ name: t("time_chart"), colour: 2, look: "bars" }]}
          columns={[places, lines.map((line) => line.paymentP95 / 1_000)]}
          write={(value) => t("ms", { ms: count(Math.round(value)) })}
          axis={names}
        />
      </div>
    </Card>
  );
}

function Place({ line }: { line: Line }) {
  return (
    <span class="racer">
      <span class="racer-place" data-first={line.place === 1}>
        {line.place}
      </span>
      <strong>{operatorName(line.operator)}</strong>
    </span>
  );
}

function Points({ line, most }: { line: Line; most: number }) {
  return (
    <span class="racer-points">
      <svg class="racer-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="racer-ground" x="0" y="0" width="100" height="8" />
        <rect class="racer-part" x="0" y="0" width={(100 * line.points) / most} height="8" />
      </svg>
      {line.points}
    </span>
  );
}

function Conflicts({ line }: { line: Line }) {
  return line.conflicts === 0 ? <>0</> : <Badge kind="bad">{count(line.conflicts)}</Badge>;
}

function partOf(part: number, whole: number): string {
  return t("of", { part: count(part), whole: count(whole) });
}

function times(half: number, most: number): string {
  return t("ms", { ms: `${ms(half)} / ${ms(most)}` });
}

function ms(us: number): string {
  return us < 100_000 ? (us / 1_000).toFixed(1) : count(Math.round(us / 1_000));
}
