/** All that has moved: searched, sifted, saved as a file. What was signed here and did not happen stands beside it. */

import { useEffect, useState } from "preact/hooks";
import type { Movement, Payment } from "../../shared/holder/types.ts";
import { Button, Tabs } from "../../shared/ui/actions.tsx";
import { Field } from "../../shared/ui/fields.tsx";
import { isoDay, moment, phrases } from "../../shared/ui/i18n.ts";
import { List, Row } from "../../shared/ui/lists.tsx";
import { Money } from "../../shared/ui/money.tsx";
import { Card, Empty } from "../../shared/ui/surfaces.tsx";
import { tell } from "../../shared/ui/troubles.ts";
import { nameOf } from "../memory.ts";
import type { Purse, Seen } from "../purse.ts";
import { fileOf, isFound } from "./lines.ts";
import { kindName, MovementRows, otherSide, whoIs } from "./rows.tsx";
import { saveFile } from "./saving.ts";

const t = phrases({
  history: ["History", "动账明细"],
  search: ["Search: name, number, amount, day", "搜索：名称、编号、金额、日期"],
  which: ["Which movements", "动账类型"],
  all: ["All", "全部"],
  in: ["In", "收入"],
  out: ["Out", "支出"],
  failed: ["Not done", "未成功"],
  more: ["Older", "更早"],
  save: ["Save as a file", "导出文件"],
  nothing: ["Nothing was found.", "没有找到记录。"],
  no_failed: ["Every payment that was signed here has happened.", "在本设备签名的付款均已成功。"],
});

type Sieve = "all" | "in" | "out" | "failed";

/** The history. */
export function History({ purse, seen }: { purse: Purse; seen: Seen }) {
  const [query, setQuery] = useState("");
  const [sieve, setSieve] = useState<Sieve>("all");
  const searched = (text: string) => {
    setQuery(text);
    // What is looked for may stand far back.
    if (text.trim() !== "") void purse.all().catch(() => undefined);
  };
  const found = seen.movements.filter((movement) => isWanted(movement, sieve, query));
  const save = async () => {
    const all = await purse.all().catch(() => seen.movements);
    saveFile(
      `wallet-${isoDay(purse.held.now())}.csv`,
      "text/csv",
      fileOf(all, (line) => nameOf(line.counterparty)),
    );
  };
  return (
    <Card
      title={t("history")}
      side={
        <Button look="bare" icon="download" onPress={() => void save()}>
          {t("save")}
        </Button>
      }
    >
      <Field label={t("search")} kind="search" limit={64} text={query} onText={searched} />
      <Tabs
        label={t("which")}
        tabs={(["all", "in", "out", "failed"] as const).map((name) => ({ name, label: t(name) }))}
        chosen={sieve}
        onChoose={setSieve}
      />
      {sieve === "failed" ? (
        <Failed purse={purse} seen={seen} />
      ) : (
        <MovementRows label={t("history")} movements={found} nowMs={purse.held.now()} empty={t("nothing")} />
      )}
      {seen.next === null || sieve === "failed" ? null : (
        <Button onPress={() => void purse.more().catch(() => undefined)}>{t("more")}</Button>
      )}
    </Card>
  );
}

function isWanted(movement: Movement, sieve: Sieve, query: string): boolean {
  if (sieve !== "all" && movement.effect !== sieve) return false;
  const words = { kind: kindName(movement.kind), name: otherSide(movement), day: isoDay(movement.atMs) };
  return isFound(movement, words, query.trim());
}

function Failed({ purse, seen }: { purse: Purse; seen: Seen }) {
  const [payments, setPayments] = useState<readonly Payment[]>([]);
  useEffect(() => {
    purse.held.payments().then(
      (signed) => setPayments(signed.filter((payment) => payment.state !== "settled")),
      () => undefined,
    );
  }, [purse, seen]);
  if (payments.length === 0) return <Empty icon="check">{t("no_failed")}</Empty>;
  return (
    <List label={t("failed")}>
      {payments.map((payment) => (
        <Row
          key={payment.command}
          icon="warning"
          title={whoIs(payment.counterparty)}
          more={`${moment(payment.madeAtMs)} · ${tell({ code: payment.code || payment.state, detail: payment.state }).title}`}
          end={<Money fen={payment.amount} />}
        />
      ))}
    </List>
  );
}
