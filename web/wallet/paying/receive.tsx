/**
 * Being paid: a code that others scan, and the money that appears.
 *
 * 1. Without an amount the code is for many payments, and the payer chooses.
 * 2. With one it is for one payment: a reference of its own stands in it, and in the payment.
 * 3. Whatever comes in while the code is shown is shown in its place.
 */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Movement } from "../../shared/holder/types.ts";
import { encodeRequest, NO_CATEGORY } from "../../shared/protocol/codes.ts";
import { formatWalletId } from "../../shared/protocol/ids.ts";
import { yuan } from "../../shared/protocol/money.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { readAmount } from "../../shared/ui/amounts.ts";
import { MoneyField } from "../../shared/ui/fields.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Icon } from "../../shared/ui/icons.tsx";
import { Money } from "../../shared/ui/money.tsx";
import { Qr } from "../../shared/ui/qr.tsx";
import { Sheet } from "../../shared/ui/sheet.tsx";
import { whoIs } from "../history/rows.tsx";
import { shown } from "../memory.ts";
import type { Purse, Seen } from "../purse.ts";

const t = phrases({
  receive: ["Receive", "收款"],
  amount: ["Amount, if you want to say it", "金额（可不填）"],
  code: ["A code to pay {name}", "向 {name} 付款的二维码"],
  code_of: ["A code to pay {name} ¥{amount}", "向 {name} 付款 ¥{amount} 的二维码"],
  copy: ["Copy the code as text", "复制付款码"],
  copied: ["Copied", "已复制"],
  received: ["Received", "收款成功"],
  from: ["from {who}", "来自 {who}"],
  again: ["Show the code again", "继续收款"],
});

/** The sheet in which one is paid. */
export function ReceiveSheet({ purse, seen, onClose }: { purse: Purse; seen: Seen; onClose: () => void }) {
  // 3.
  useEffect(() => purse.heard(), [purse]);
  const came = seen.news?.kind === "received" ? seen.news.movement : null;
  return (
    <Sheet title={t("receive")} onClose={onClose}>
      {came === null ? <Code purse={purse} /> : <Came movement={came} onMore={() => purse.heard()} />}
    </Sheet>
  );
}

function Code({ purse }: { purse: Purse }) {
  const [text, setText] = useState("");
  const [copied, setCopied] = useState("");
  const { fen, fault } = readAmount(text);
  const amount = fen === 0n ? null : fen;
  const code = useMemo(() => codeFor(purse, amount), [purse, amount]);
  const { name } = shown(purse.held.wallet);
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => setCopied(code),
      () => undefined,
    );
  return (
    <>
      <Qr text={code} label={amount === null ? t("code", { name }) : t("code_of", { name, amount: yuan(amount) })} />
      <p class="centred">
        <strong>{name}</strong>
        <br />
        <span class="soft figures">{formatWalletId(purse.held.wallet)}</span>
      </p>
      <MoneyField label={t("amount")} text={text} onText={setText} fault={fault} />
      <Button icon="copy" wide onPress={() => void copy()}>
        {copied === code ? t("copied") : t("copy")}
      </Button>
    </>
  );
}

function Came({ movement, onMore }: { movement: Movement; onMore: () => void }) {
  return (
    <>
      <div class="happened" role="status">
        <span class="happened-sign">
          <Icon name="check" size={40} />
        </span>
        <p class="happened-word">{t("received")}</p>
        <Money fen={movement.amount} size="hero" way="in" />
        <p>{t("from", { who: whoIs(movement.counterparty) })}</p>
      </div>
      <Button look="main" size="large" wide onPress={onMore}>
        {t("again")}
      </Button>
    </>
  );
}

function codeFor(purse: Purse, amount: bigint | null): string {
  const { name, city } = shown(purse.held.wallet);
  return encodeRequest({
    receiver: purse.held.wallet,
    network: purse.held.operator.network,
    name,
    city,
    // 1. 2.
    reference: amount === null ? null : crypto.randomUUID().replaceAll("-", "").slice(0, 20),
    expiresAtMs: null,
    amount,
    category: NO_CATEGORY,
  });
}
