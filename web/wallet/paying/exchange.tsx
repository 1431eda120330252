/** Between deposit and wallet: exchange 兑出 and redeem 兑回. */

import { useState } from "preact/hooks";
import { yuan } from "../../shared/protocol/money.ts";
import { Button, Tabs } from "../../shared/ui/actions.tsx";
import { readAmount } from "../../shared/ui/amounts.ts";
import { MoneyField } from "../../shared/ui/fields.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Sheet } from "../../shared/ui/sheet.tsx";
import { Notice } from "../../shared/ui/surfaces.tsx";
import { type Told, tell } from "../../shared/ui/troubles.ts";
import type { Purse, Seen } from "../purse.ts";

const t = phrases({
  title: ["Exchange", "兑换"],
  which: ["Which way", "方向"],
  exchange: ["Into the wallet", "兑出到钱包"],
  redeem: ["Back to the bank", "兑回到账户"],
  exchange_amount: ["From your bank account into the wallet", "从银行账户兑出到钱包"],
  redeem_amount: ["From the wallet to your bank account", "从钱包兑回到银行账户"],
  available: ["There is ¥{amount} in the wallet", "钱包余额 ¥{amount}"],
  which_amount: ["Type an amount", "请输入金额"],
  do_exchange: ["Exchange ¥{amount}", "兑出 ¥{amount}"],
  do_redeem: ["Redeem ¥{amount}", "兑回 ¥{amount}"],
  done_exchange: ["¥{amount} is in the wallet", "¥{amount} 已到钱包"],
  done_redeem: ["¥{amount} is on your bank account", "¥{amount} 已到银行账户"],
  open: ["There is no answer yet", "尚无结果"],
  open_more: ["It is kept and goes on by itself. Do not order it again.", "指令已保存并会自动继续，请勿重复操作。"],
  done: ["Done", "完成"],
});

type Way = "exchange" | "redeem";
type End = Readonly<{ kind: "good" | "warn" | "bad"; told: Told }>;

/** The sheet for both ways. */
export function ExchangeSheet({ purse, seen, onClose }: { purse: Purse; seen: Seen; onClose: () => void }) {
  const [end, setEnd] = useState<End | null>(null);
  return (
    <Sheet title={t("title")} onClose={onClose}>
      {end?.kind === "good" ? (
        <>
          <Notice kind="good" title={end.told.title} />
          <Button look="main" size="large" wide onPress={onClose}>
            {t("done")}
          </Button>
        </>
      ) : (
        <OrderForm purse={purse} seen={seen} end={end} onEnd={setEnd} />
      )}
    </Sheet>
  );
}

function OrderForm({
  purse,
  seen,
  end,
  onEnd,
}: {
  purse: Purse;
  seen: Seen;
  end: End | null;
  onEnd: (end: End | null) => void;
}) {
  const [way, setWay] = useState<Way>("exchange");
  const [text, setText] = useState("");
  // An order's own name, so that a second tap is the same order.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const { fen, fault } = readAmount(text);
  const order = async () => {
    if (fen === null) return;
    setBusy(true);
    onEnd(null);
    const ended = await ORDERS[way](purse, fen, key).catch(
      (error: unknown): End => ({ kind: "bad", told: tell(error) }),
    );
    if (ended.kind !== "warn") setKey(crypto.randomUUID());
    setBusy(false);
    onEnd(ended);
    await purse.refresh();
  };
  const available = seen.account === null ? undefined : t("available", { amount: yuan(seen.account.balance) });
  return (
    <>
      <Tabs
        label={t("which")}
        tabs={(["exchange", "redeem"] as const).map((name) => ({ name, label: t(name) }))}
        chosen={way}
        onChoose={setWay}
      />
      <MoneyField label={t(`${way}_amount`)} hint={available} text={text} onText={setText} fault={fault} />
      {end === null ? null : (
        <Notice kind={end.kind} title={end.told.title}>
          <p>{end.told.next}</p>
        </Notice>
      )}
      <Button look="main" size="large" wide busy={busy} disabled={!fen} onPress={() => void order()}>
        {fen === null ? t("which_amount") : t(`do_${way}`, { amount: yuan(fen) })}
      </Button>
    </>
  );
}

const ORDERS: Readonly<Record<Way, (purse: Purse, amount: bigint, key: string) => Promise<End>>> = { exchange, redeem };

async function exchange(purse: Purse, amount: bigint, key: string): Promise<End> {
  const order = await purse.held.exchange(amount, { key });
  if (order.endedAtMs === null) return { kind: "warn", told: { title: t("open"), next: t("open_more") } };
  if (order.state !== "settled") return { kind: "bad", told: tell({ code: order.code || order.state }) };
  return { kind: "good", told: { title: t("done_exchange", { amount: yuan(amount) }), next: "" } };
}

async function redeem(purse: Purse, amount: bigint): Promise<End> {
  const payment = await purse.held.redeem(amount);
  if (payment.state === "open") return { kind: "warn", told: { title: t("open"), next: t("open_more") } };
  if (payment.state !== "settled") return { kind: "bad", told: tell({ code: payment.code || payment.state }) };
  return { kind: "good", told: { title: t("done_redeem", { amount: yuan(amount) }), next: "" } };
}
