/** Operators, officers and rules: who may do what, and how much. Figures of one operator are shown to staff alone. */

import { count, moment } from "../../shared/ui/i18n.ts";
import { Icon } from "../../shared/ui/icons.tsx";
import { type Column, Table } from "../../shared/ui/lists.tsx";
import { Badge, Card } from "../../shared/ui/surfaces.tsx";
import { signedYuan } from "../amounts.tsx";
import { operatorName } from "../names.ts";
import { type Admitted, type ClassLimits, inForce, type OfficersBoard, type Rules } from "./governance.ts";
import { className } from "./holders_panel.tsx";
import type { OperatorFigures } from "./supply.ts";
import { t } from "./words.ts";

/** Who is admitted, and for staff how each stands. */
export function OperatorsPanel({
  admitted,
  figures,
}: {
  admitted: readonly Admitted[];
  figures: readonly OperatorFigures[] | null;
}) {
  const open: Column<Admitted>[] = [
    {
      name: t("column_operator"),
      show: (each) => (
        <>
          <strong>{operatorName(each.operator)}</strong> <span class="soft">{each.operator}</span>
        </>
      ),
    },
    { name: t("column_status"), show: (each) => <Status name={each.status} /> },
  ];
  const money = (name: string, fen: (each: OperatorFigures) => bigint): Column<Admitted> => ({
    name,
    kind: "number",
    show: (each) => {
      const own = figures?.find((one) => one.operator === each.operator);
      return own === undefined ? "–" : signedYuan(fen(own));
    },
  });
  const staffs: Column<Admitted>[] = [
    money(t("column_issued"), (own) => own.issued),
    money(t("column_allocated"), (own) => own.allocated),
    money(t("column_vault"), (own) => own.vault),
    money(t("column_customers"), (own) => own.held),
    {
      name: t("column_wallets"),
      kind: "number",
      show: (each) => count(figures?.find((one) => one.operator === each.operator)?.wallets ?? 0),
    },
    money(t("column_reserve"), (own) => own.reserve),
  ];
  return (
    <Card title={t("operators")}>
      <Table
        caption={t("operators_caption")}
        items={admitted}
        keyOf={(each) => `${each.operator} ${each.shard}`}
        columns={figures === null ? open : [...open, ...staffs]}
      />
      {figures === null ? <p class="small soft">{t("for_staff")}</p> : null}
    </Card>
  );
}

/** Whose signatures count. */
export function OfficersPanel({ board }: { board: OfficersBoard }) {
  const { needed, sites, epoch } = board;
  return (
    <Card title={t("officers")}>
      <p class="soft">{t("officers_more", { needed, seats: board.seats.length, sites, epoch })}</p>
      <ul class="seats">
        {board.seats.map((seat) => (
          <li key={seat.key} class="seat">
            <Icon name="key" size={20} />
            <span>{t("officer", { site: seat.site })}</span>
            <span class="code small soft">{t("key", { key: seat.key.slice(0, 12) })}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The limits in force. */
export function RulesPanel({ rules, nowMs }: { rules: readonly Rules[]; nowMs: number }) {
  const { now, next } = inForce(rules, nowMs);
  if (now === undefined) return null;
  const limit = (name: string, fen: (each: ClassLimits) => bigint | null): Column<ClassLimits> => ({
    name,
    kind: "number",
    show: (each) => {
      const most = fen(each);
      return most === null ? t("no_limit") : signedYuan(most);
    },
  });
  const first = now.effectiveAtMs === 0;
  return (
    <Card title={t("rules")}>
      <p class="soft">{t(first ? "rules_first" : "rules_more", { name: now.name, time: moment(now.effectiveAtMs) })}</p>
      <Table
        caption={t("rules_caption")}
        items={now.classes}
        keyOf={(each) => each.name}
        columns={[
          { name: t("column_class"), show: (each) => className(each.name) },
          limit(t("column_cap"), (each) => each.cap),
          limit(t("column_single"), (each) => each.single),
          limit(t("column_daily"), (each) => each.daily),
          limit(t("column_annual"), (each) => each.annual),
        ]}
      />
      {next === undefined ? null : (
        <p class="soft">{t("rules_next", { name: next.name, time: moment(next.effectiveAtMs) })}</p>
      )}
    </Card>
  );
}

function Status({ name }: { name: string }) {
  if (name === "admitted") return <Badge kind="good">{t("admitted")}</Badge>;
  return <Badge kind="warn">{name === "suspended" ? t("suspended") : name}</Badge>;
}
