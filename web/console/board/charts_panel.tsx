/** How all money came to where it is: charts of the changes that the central bank keeps. */

import { useMemo, useState } from "preact/hooks";
import { Tabs } from "../../shared/ui/actions.tsx";
import { Chart, type Colour, type Series } from "../../shared/ui/charts/chart.tsx";
import { Card } from "../../shared/ui/surfaces.tsx";
import { shortYuan } from "../amounts.tsx";
import { columnsOf, LINES, type Line, type Span } from "./history.ts";
import type { Change } from "./supply.ts";
import { t } from "./words.ts";

const WALLETS = [LINES.wallets];
const SUPPLY = [LINES.outside, LINES.reserve];
const VAULTS = [LINES.vaults];
const IN_TRANSIT = [LINES.inTransit];

type Drawn = Readonly<{ changes: readonly Change[]; span: Span; nowMs: number }>;

/** The charts; `nowMs` is where they end. */
export function ChartsPanel({ changes, nowMs }: { changes: readonly Change[]; nowMs: number }) {
  const [span, choose] = useState<Span>("hour");
  const drawn = { changes, span, nowMs };
  const spans = [
    { name: "hour", label: t("hour") },
    { name: "day", label: t("day") },
    { name: "all", label: t("all") },
  ] as const;
  const area = (name: string, colour: Colour): Series[] => [{ name, colour, look: "area" }];
  const supply: Series[] = [...area(t("outside"), 3), { name: t("reserve"), colour: 2 }];
  return (
    <Card title={t("history")} side={<Tabs label={t("span")} tabs={spans} chosen={span} onChoose={choose} />}>
      <div class="grid-2">
        <Lines {...drawn} label={t("chart_wallets")} lines={WALLETS} series={area(t("chart_wallets"), 1)} />
        <Lines {...drawn} label={t("chart_supply")} lines={SUPPLY} series={supply} />
        <Lines {...drawn} label={t("chart_vaults")} lines={VAULTS} series={area(t("chart_vaults"), 6)} />
        <Lines {...drawn} label={t("chart_transit")} lines={IN_TRANSIT} series={area(t("chart_transit"), 7)} />
      </div>
    </Card>
  );
}

function Lines({
  changes,
  span,
  nowMs,
  label,
  lines,
  series,
}: Drawn & { label: string; lines: readonly Line[]; series: readonly Series[] }) {
  // The page is drawn every second, for the age of its figures; the charts when there is something new.
  const columns = useMemo(() => columnsOf(changes, lines, span, nowMs), [changes, lines, span, nowMs]);
  return <Chart label={label} series={series} columns={columns} write={shortYuan} />;
}
