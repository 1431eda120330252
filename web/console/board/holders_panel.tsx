/** Who holds the money, as far as it may be told: sums by class of wallet and by city, over all operators. */

import { count } from "../../shared/ui/i18n.ts";
import { Table } from "../../shared/ui/lists.tsx";
import { Card, Empty } from "../../shared/ui/surfaces.tsx";
import { signedYuan } from "../amounts.tsx";
import { cityName } from "../names.ts";
import { part, shareOf } from "./picture_panel.tsx";
import type { Held, Supply } from "./supply.ts";
import { t } from "./words.ts";

/** By class, and by city. */
export function HoldersPanel({ supply }: { supply: Supply }) {
  return (
    <div class="grid-2">
      <Card title={t("by_class")}>
        <Lines lines={supply.classes} name={className} head={t("column_class")} caption={t("classes_caption")} />
        <Unreported fen={supply.unreported} />
      </Card>
      <Card title={t("by_city")}>
        <Lines lines={supply.cities} name={cityName} head={t("column_city")} caption={t("cities_caption")} />
        <p class="small soft">{t("small_cities")}</p>
      </Card>
    </div>
  );
}

/** Return what people call a class of wallets. */
export function className(name: string): string {
  return name.toUpperCase() === "CORPORATE" ? t("corporate") : t("class", { name });
}

function Lines({
  lines,
  name,
  head,
  caption,
}: {
  lines: readonly Held[];
  name: (text: string) => string;
  head: string;
  caption: string;
}) {
  const whole = lines.reduce((sum, each) => sum + each.held, 0n);
  if (lines.length === 0) return <Empty icon="clock">{t("none_reported")}</Empty>;
  return (
    <Table
      caption={caption}
      items={lines}
      keyOf={(line) => line.name}
      columns={[
        { name: head, show: (line) => name(line.name) },
        { name: t("column_wallets"), kind: "number", show: (line) => count(line.wallets) },
        { name: t("column_held"), kind: "number", show: (line) => signedYuan(line.held) },
        { name: t("column_share"), kind: "number", show: (line) => <Share fen={line.held} whole={whole} /> },
      ]}
    />
  );
}

function Share({ fen, whole }: { fen: bigint; whole: bigint }) {
  return (
    <span class="share">
      <svg class="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="share-ground" x="0" y="0" width="100" height="8" />
        <rect class="share-part" x="0" y="0" width={Math.min(100, Math.max(0, part(fen, whole) * 100))} height="8" />
      </svg>
      {shareOf(fen, whole)}
    </span>
  );
}

function Unreported({ fen }: { fen: bigint }) {
  if (fen === 0n) return null;
  const sum = signedYuan(fen < 0n ? -fen : fen);
  return <p class="small soft">{t(fen < 0n ? "unreported_below" : "unreported", { sum })}</p>;
}
