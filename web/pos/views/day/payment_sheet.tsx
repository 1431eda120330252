/** One payment: what is known of it, and what may be paid back of it. */

import { useState } from "preact/hooks";
import type { Movement } from "../../../shared/holder/types.ts";
import { formatWalletId } from "../../../shared/protocol/ids.ts";
import { yuan } from "../../../shared/protocol/money.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { readAmount, typedText } from "../../../shared/ui/amounts.ts";
import { MoneyField } from "../../../shared/ui/fields.tsx";
import { moment, phrases } from "../../../shared/ui/i18n.ts";
import { Pairs } from "../../../shared/ui/lists.tsx";
import { Money } from "../../../shared/ui/money.tsx";
import { Sheet } from "../../../shared/ui/sheet.tsx";
import { Notice } from "../../../shared/ui/surfaces.tsx";
import { refundedOf } from "../../sales/takings.ts";
import type { Till } from "../../till.ts";
import { useRefund, useTill, useWork } from "../drawing.ts";

const t = phrases({
  title: ["Payment", "收款详情"],
  amount: ["Amount", "金额"],
  at: ["Paid at", "付款时间"],
  payer: ["From wallet", "付款钱包"],
  back: ["Paid back", "已退款"],
  payment: ["Payment's id", "付款编号"],
  give: ["Pay back", "退款金额"],
  rest: ["¥{rest} of it can be paid back.", "最多可退 ¥{rest}。"],
  more: ["That is more than is left of the payment: ¥{rest}.", "超过可退金额 ¥{rest}。"],
  zero: ["Type more than zero.", "金额须大于零。"],
  press: ["Pay ¥{amount} back", "确认退款 ¥{amount}"],
  none: ["All of it was paid back", "已全额退款"],
  done: ["¥{amount} was paid back", "已退款 ¥{amount}"],
  done_more: ["It is in the customer's wallet.", "款项已退至顾客钱包。"],
  open: ["The refund is on its way", "退款处理中"],
  open_more: [
    "No answer has come yet. It goes on by itself: do not pay it back a second time.",
    "尚未收到结果，系统会自动继续处理，请勿重复退款。",
  ],
  failed: ["Nothing was paid back", "未退款"],
});

type End = Readonly<{ kind: "done" | "open"; amount: bigint }>;

export function PaymentSheet({ till, payment, onClose }: { till: Till; payment: Movement; onClose: () => void }) {
  useTill(till);
  const refunded = refundedOf(payment.command, till.lines);
  const rest = payment.amount > refunded ? payment.amount - refunded : 0n;
  const [end, setEnd] = useState<End | null>(null);
  return (
    <Sheet title={t("title")} onClose={onClose}>
      <Money fen={payment.amount} size="hero" />
      <Pairs
        pairs={[
          [t("at"), moment(payment.atMs)],
          [t("payer"), payment.counterparty === null ? "" : formatWalletId(payment.counterparty)],
          ...(refunded === 0n ? [] : [[t("back"), <Money key="back" fen={refunded} />] as const]),
          [
            t("payment"),
            <span key="id" class="code small">
              {payment.command}
            </span>,
          ],
        ]}
      />
      <Ended end={end} />
      {end?.kind === "open" ? null : (
        <GiveBack key={String(rest)} till={till} payment={payment} rest={rest} onEnd={setEnd} />
      )}
    </Sheet>
  );
}

function GiveBack({
  till,
  payment,
  rest,
  onEnd,
}: {
  till: Till;
  payment: Movement;
  rest: bigint;
  onEnd: (end: End) => void;
}) {
  const [text, setText] = useState(typedText(rest));
  const payBack = useRefund(till);
  const work = useWork();
  if (rest === 0n) return <p class="soft">{t("none")}</p>;
  const { fen, fault } = readAmount(text);
  const wrong =
    fault ?? (fen === 0n ? t("zero") : fen !== null && fen > rest ? t("more", { rest: yuan(rest) }) : undefined);
  const isReady = fen !== null && wrong === undefined;
  const pay = (amount: bigint) =>
    work.run(async () => {
      const refund = await payBack(payment, amount);
      onEnd({ kind: refund.state === "settled" ? "done" : "open", amount });
    });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) pay(fen);
      }}
    >
      <MoneyField label={t("give")} text={text} onText={setText} fault={wrong} hint={t("rest", { rest: yuan(rest) })} />
      {work.fault === undefined ? null : (
        <Notice kind="bad" title={t("failed")}>
          <p>{work.fault}</p>
        </Notice>
      )}
      <Button look="danger" size="large" wide submit icon="refund" disabled={!isReady} busy={work.isBusy}>
        {t("press", { amount: isReady ? yuan(fen) : yuan(rest) })}
      </Button>
    </form>
  );
}

function Ended({ end }: { end: End | null }) {
  if (end === null) return null;
  const isDone = end.kind === "done";
  return (
    <Notice kind={isDone ? "good" : "warn"} title={isDone ? t("done", { amount: yuan(end.amount) }) : t("open")}>
      <p>{isDone ? t("done_more") : t("open_more")}</p>
    </Notice>
  );
}
