/** How all money came to where it is: charts of the changes that the central bank keeps. */

import { useState } from "preact/hooks";
import { Tabs } from "../../shared/ui/actions.tsx";
import { Chart, type Series } from "../../shared/ui/charts/chart.tsx";
import { Card } from "../../shared/ui/surfaces.tsx";
import { shortYuan } from "../amounts.tsx";
import { columnsOf, LINES, type Line, type Span } from "./history.ts";
import type { Change } from "./supply.ts";
import { t } from "./words.ts";

/** The charts; `nowMs` is where they end. */
export function ChartsPanel({ changes, nowMs }: { changes: readonly Change[]; nowMs: number }) {
  const [span, choose] = useState<Span>("hour");
  const draw = (label: string, lines: readonly Line[], series: readonly Series[]) => (
    <Chart label={label} series={series} columns={columnsOf(changes, lines, span, nowMs)} write={shortYuan} />
  );
  const spans = [
    { name: "hour", label: t("hour") },
    { name: "day", label: t("day") },
    { name: "all", label: t("all") },
  ] as const;
  return (
    <Card title={t("history")} side={<Tabs label={t("span")} tabs={spans} chosen={span} onChoose={choose} />}>
      <div class="grid-2">
        {draw(t("chart_wallets"), [LINES.wallets], [{ name: t("chart_wallets"), colour: 1, look: "area" }])}
        {draw(
          t("chart_supply"),
          [LINES.outside, LINES.reserve],
          [
            { name: t("outside"), colour: 3, look: "area" },
            { name: t("reserve"), colour: 2 },
          ],
        )}
        {draw(t("chart_vaults"), [LINES.vaults], [{ name: t("chart_vaults"), colour: 6, look: "area" }])}
        {draw(t("chart_transit"), [LINES.inTransit], [{ name: t("chart_transit"), colour: 7, look: "area" }])}
      </div>
    </Card>
  );
}
