/** A refund: asked for by a code that the shop's till reads, or given back for a payment that was received. */

import { useState } from "preact/hooks";
import type { Movement, Payment } from "../../shared/holder/types.ts";
import { yuan } from "../../shared/protocol/money.ts";
import { encodeRefundCode } from "../../shared/protocol/refund_codes.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { readAmount, typedText } from "../../shared/ui/amounts.ts";
import { MoneyField } from "../../shared/ui/fields.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Qr } from "../../shared/ui/qr.tsx";
import { Notice } from "../../shared/ui/surfaces.tsx";
import { tell } from "../../shared/ui/troubles.ts";
import type { Purse } from "../purse.ts";

const t = phrases({
  show: ["Show this code at the till", "请向商户出示此码"],
  show_more: [
    "It names the payment and moves no money by itself. The shop decides how much it pays back.",
    "此码仅指明该笔付款，本身不会转移资金。退款金额由商户决定。",
  ],
  code: ["A code that names the payment", "退款码"],
  copy: ["Copy the code as text", "复制退款码"],
  copied: ["Copied", "已复制"],
  amount: ["How much to pay back", "退款金额"],
  at_most: ["At most what is left of the payment", "不超过原付款的剩余金额"],
  give: ["Pay back ¥{amount}", "退款 ¥{amount}"],
  given: ["Paid back", "已退款"],
  open: ["There is no answer yet", "尚无结果"],
  open_more: [
    "The refund is kept and goes on by itself. Do not pay back again.",
    "退款已保存并会自动继续，请勿重复操作。",
  ],
  done: ["Done", "完成"],
});

/** The code by which a payment is asked back. */
export function RefundAsked({ purse, movement }: { purse: Purse; movement: Movement }) {
  const [copied, setCopied] = useState(false);
  const { counterparty, seq, place, command } = movement;
  if (counterparty === null) return null;
  const code = encodeRefundCode({ network: purse.held.operator.network, merchant: counterparty, seq, place, command });
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <>
      <Qr text={code} label={t("code")} />
      <Notice icon="shop" title={t("show")}>
        <p>{t("show_more")}</p>
      </Notice>
      <Button icon="copy" wide onPress={() => void copy()}>
        {copied ? t("copied") : t("copy")}
      </Button>
    </>
  );
}

/** Pay back what was received, all of it or a part. */
export function RefundGiven({ purse, movement, onDone }: { purse: Purse; movement: Movement; onDone: () => void }) {
  const [text, setText] = useState(typedText(movement.amount));
  // The refund's own name, so that a second tap is the same one.
  const [key] = useState(() => crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const [payment, setPayment] = useState<Payment | null>(null);
  const { fen, fault } = readAmount(text);
  const give = async () => {
    if (fen === null) return;
    setBusy(true);
    setTrouble(null);
    try {
      setPayment(await purse.held.refund(movement, fen, { key }));
      await purse.refresh();
    } catch (error) {
      setTrouble(error);
    } finally {
      setBusy(false);
    }
  };
  if (payment !== null) return <RefundEnd payment={payment} onDone={onDone} />;
  return (
    <>
      <MoneyField label={t("amount")} hint={t("at_most")} text={text} onText={setText} fault={fault} />
      {trouble === null ? null : (
        <Notice kind="bad" title={tell(trouble).title}>
          <p>{tell(trouble).next}</p>
        </Notice>
      )}
      <Button
        look="main"
        size="large"
        wide
        busy={busy}
        disabled={fen === null || fen === 0n}
        onPress={() => void give()}
      >
        {t("give", { amount: fen === null ? text : yuan(fen) })}
      </Button>
    </>
  );
}

function RefundEnd({ payment, onDone }: { payment: Payment; onDone: () => void }) {
  const told = tell({ code: payment.code || payment.state });
  return (
    <>
      {payment.state === "settled" ? (
        <Notice kind="good" title={t("given")} />
      ) : payment.state === "open" ? (
        <Notice kind="warn" icon="repeat" title={t("open")}>
          <p>{t("open_more")}</p>
        </Notice>
      ) : (
        <Notice kind="bad" title={told.title}>
          <p>{told.next}</p>
        </Notice>
      )}
      <Button look="main" size="large" wide onPress={onDone}>
        {t("done")}
      </Button>
    </>
  );
}
