/** The takings of a day: what came in, what went back, at which till; the list, and the file for the books. */

import { useEffect, useState } from "preact/hooks";
import { type Fen, yuan } from "../../../shared/protocol/money.ts";
import { Button, IconButton } from "../../../shared/ui/actions.tsx";
import { count, day, hour, isoDay, phrases } from "../../../shared/ui/i18n.ts";
import { List, Row, Table } from "../../../shared/ui/lists.tsx";
import { Money } from "../../../shared/ui/money.tsx";
import { Badge, Card, Empty, Notice } from "../../../shared/ui/surfaces.tsx";
import { takingsCsv, takingsFile } from "../../sales/export.ts";
import { dayBefore, startOf } from "../../sales/references.ts";
import type { Figures, Taking, Takings } from "../../sales/takings.ts";
import type { Till } from "../../till.ts";
import { useTill } from "../drawing.ts";
import { wordsOf } from "../words.ts";
import { PaymentSheet } from "./payment_sheet.tsx";
import { RefundCodeSheet } from "./refund_code_sheet.tsx";

const t = phrases({
  takings: ["Takings", "收款"],
  of_day: ["Takings of {day}", "{day} 收款"],
  payments: ["Payments: {count}", "{count} 笔收款"],
  number: ["Payments", "笔数"],
  refunds: ["Refunds: {count}", "{count} 笔退款"],
  net: ["Left of it", "净额"],
  received: ["Received", "收款"],
  paid_back: ["Paid back", "退款"],
  by_till: ["By till", "按收银台"],
  till: ["Till", "收银台"],
  till_number: ["Till {till}", "{till} 号收银台"],
  no_till: ["At no till", "未经收银台"],
  earlier: ["The day before", "前一天"],
  later: ["The day after", "后一天"],
  csv: ["Save as CSV", "导出 CSV"],
  by_code: ["Refund by a customer's code", "扫顾客退款码"],
  lines: ["Payments and refunds of the day", "当日收付明细"],
  nothing: ["Nothing was paid on this day.", "当日没有收款。"],
  sent: ["Sent to the shop", "直接转账"],
  nth: ["Till {till} · No. {number}", "{till} 号台 · 第 {number} 单"],
  refund: ["Refund", "退款"],
  back: ["{amount} paid back", "已退 {amount}"],
  all_back: ["paid back", "已全额退款"],
  more: ["Show more", "显示更多"],
  behind: ["These figures may be behind", "数据可能不是最新"],
});

const DAY_MS = 86_400_000;
/** As many lines are shown at first, and as many more by each press. */
const SOME = 100;

export function TakingsView({ till }: { till: Till }) {
  useTill(till);
  const today = isoDay(till.holder.now());
  const [chosen, choose] = useState(today);
  const [opened, open] = useState<Taking | null>(null);
  const [isReading, read] = useState(false);
  const [most, show] = useState(SOME);
  const takings = till.takings(chosen);
  const fault = useRead(till, chosen);
  const dayAfter = isoDay(startOf(chosen) + DAY_MS + 1);
  return (
    <div class="takings stack">
      <Card
        title={t("of_day", { day: day(startOf(chosen)) })}
        side={
          <span class="side-by-side">
            <IconButton icon="arrow_left" label={t("earlier")} onPress={() => choose(dayBefore(chosen))} />
            {chosen < today ? (
              <IconButton icon="arrow_right" label={t("later")} onPress={() => choose(dayAfter)} />
            ) : null}
          </span>
        }
      >
        <Figured figures={takings.whole} />
        {fault === undefined ? null : (
          <Notice kind="warn" icon="offline" title={t("behind")}>
            <p>{fault}</p>
          </Notice>
        )}
        <Tills takings={takings} />
        <div class="side-by-side">
          <Button icon="download" disabled={takings.lines.length === 0} onPress={() => save(takings)}>
            {t("csv")}
          </Button>
          <Button icon="scan" onPress={() => read(true)}>
            {t("by_code")}
          </Button>
        </div>
      </Card>
      <Card title={t("lines")}>
        <TakingList takings={takings} onOpen={open} most={most} />
        {takings.lines.length > most ? <Button onPress={() => show(most + SOME)}>{t("more")}</Button> : null}
      </Card>
      {opened === null ? null : <PaymentSheet till={till} payment={opened.movement} onClose={() => open(null)} />}
      {isReading ? <RefundCodeSheet till={till} onClose={() => read(false)} /> : null}
    </div>
  );
}

/** Read a day, and return in words why it could not be read. */
function useRead(till: Till, chosen: string): string | undefined {
  const [fault, setFault] = useState<string | undefined>(undefined);
  useEffect(() => {
    let isShown = true;
    const told = (words: string | undefined) => {
      if (isShown) setFault(words);
    };
    till.read(chosen).then(
      () => told(undefined),
      (error: unknown) => told(wordsOf(error)),
    );
    return () => {
      isShown = false;
    };
  }, [till, chosen]);
  return fault;
}

/** The payments and refunds of a day, the newest first; a payment is opened by a press. */
export function TakingList({
  takings,
  onOpen,
  most,
}: {
  takings: Takings;
  onOpen: (taking: Taking) => void;
  most: number;
}) {
  if (takings.lines.length === 0) return <Empty>{t("nothing")}</Empty>;
  return (
    <List label={t("lines")}>
      {takings.lines.slice(0, most).map((taking) => (
        <Line key={`${taking.movement.command} ${taking.kind}`} taking={taking} onOpen={onOpen} />
      ))}
    </List>
  );
}

function Line({ taking, onOpen }: { taking: Taking; onOpen: (taking: Taking) => void }) {
  const { movement, kind, reference, refunded } = taking;
  const name = reference === null ? t("sent") : t("nth", { ...reference });
  const isPayment = kind === "payment";
  return (
    <Row
      icon={isPayment ? "arrow_down" : "refund"}
      title={isPayment ? name : t("refund")}
      more={`${hour(movement.atMs)} · …${movement.counterparty?.slice(-6) ?? ""}`}
      end={<Money fen={movement.amount} way={isPayment ? "in" : "out"} />}
      endMore={refunded === 0n ? undefined : <Badge kind="warn">{backOf(refunded, movement.amount)}</Badge>}
      onPress={isPayment ? () => onOpen(taking) : undefined}
    />
  );
}

/** What came in, and what is left of it. */
export function Figured({ figures }: { figures: Figures }) {
  return (
    <div class="figured">
      <div>
        <Money fen={figures.received} size="hero" />
        <p class="soft">{t("payments", { count: count(figures.payments) })}</p>
      </div>
      <dl class="pairs figures">
        <dt>{t("refunds", { count: count(figures.refunds) })}</dt>
        <dd>
          <Money fen={figures.refunded} way={figures.refunded === 0n ? "none" : "out"} />
        </dd>
        <dt>{t("net")}</dt>
        <dd>{netOf(figures)}</dd>
      </dl>
    </div>
  );
}

function netOf({ received, refunded }: Figures) {
  return received >= refunded ? <Money fen={received - refunded} /> : <Money fen={refunded - received} way="out" />;
}

function Tills({ takings }: { takings: Takings }) {
  if (takings.byTill.length < 2 && takings.byTill[0]?.till !== null) return null;
  return (
    <Table
      caption={t("by_till")}
      columns={[
        { name: t("till"), show: ({ till }) => (till === null ? t("no_till") : t("till_number", { till })) },
        { name: t("number"), kind: "number", show: ({ figures }) => count(figures.payments) },
        { name: t("received"), kind: "number", show: ({ figures }) => <Money fen={figures.received} /> },
        { name: t("paid_back"), kind: "number", show: ({ figures }) => <Money fen={figures.refunded} /> },
      ]}
      items={takings.byTill}
      keyOf={({ till }) => till ?? 0}
    />
  );
}

function backOf(refunded: Fen, amount: Fen): string {
  return refunded >= amount ? t("all_back") : t("back", { amount: `¥${yuan(refunded)}` });
}

function save(takings: Takings): void {
  const url = URL.createObjectURL(new Blob([takingsCsv(takings)], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = takingsFile(takings);
  link.click();
  URL.revokeObjectURL(url);
}
