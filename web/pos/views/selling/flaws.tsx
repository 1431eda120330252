/** Money that came and did not simply pay its sale: it is in the wallet, and a person decides what becomes of it. */

import { useState } from "preact/hooks";
import { formatWalletId } from "../../../shared/protocol/ids.ts";
import { yuan } from "../../../shared/protocol/money.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { hour, phrases } from "../../../shared/ui/i18n.ts";
import { Notice } from "../../../shared/ui/surfaces.tsx";
import type { Answer, Sale } from "../../sales/sale.ts";
import type { Till } from "../../till.ts";
import { useRefund, useWork } from "../drawing.ts";

const t = phrases({
  other_amount: ["¥{paid} came, and not ¥{asked}", "到账 ¥{paid}，应收 ¥{asked}"],
  too_late: ["¥{paid} came after the code had expired", "收款码过期后到账 ¥{paid}"],
  paid_before: ["¥{paid} came a second time for one code", "同一收款码重复到账 ¥{paid}"],
  withdrawn: ["¥{paid} came for a code that was cancelled", "已取消的收款码到账 ¥{paid}"],
  from: ["From wallet {wallet} at {hour}, for {reference}.", "付款钱包 {wallet}，时间 {hour}，单号 {reference}。"],
  decide: [
    "The money is in the shop's wallet. Give it back, or keep it if you agree with the customer.",
    "款项已进入商户钱包。请退回，或与顾客商定后收下。",
  ],
  back: ["Give ¥{paid} back", "退回 ¥{paid}"],
  keep: ["Keep it", "收下"],
  open: [
    "The refund is on its way; it goes on by itself. Do not give the money back in another way.",
    "退款正在处理，会自动完成，请勿用其他方式重复退款。",
  ],
});

/** The undecided payments of a sale. */
export function Flaws({ till, sale }: { till: Till; sale: Sale }) {
  const undecided = sale.answers.filter((answer) => answer.flaw !== null && !answer.decided);
  return (
    <>
      {undecided.map((answer) => (
        <Flawed key={answer.command} till={till} sale={sale} answer={answer} />
      ))}
    </>
  );
}

function Flawed({ till, sale, answer }: { till: Till; sale: Sale; answer: Answer }) {
  const work = useWork();
  const payBack = useRefund(till);
  const [isUnderWay, setUnderWay] = useState(false);
  const paid = yuan(answer.amount);
  if (answer.flaw === null) return null;
  const giveBack = () =>
    work.run(async () => {
      const refund = await payBack(answer, answer.amount);
      if (refund.state === "settled") await till.decide(sale, answer.command);
      else setUnderWay(true);
    });
  return (
    <Notice kind="warn" title={t(answer.flaw, { paid, asked: yuan(sale.amount) })}>
      <p class="small">
        {t("from", { wallet: formatWalletId(answer.payer), hour: hour(answer.atMs), reference: sale.reference })}
      </p>
      <p class="small">{t("decide")}</p>
      {work.fault === undefined ? null : <p class="field-fault">{work.fault}</p>}
      {isUnderWay ? <p class="small">{t("open")}</p> : null}
      <div class="side-by-side">
        <Button icon="refund" busy={work.isBusy} disabled={isUnderWay} onPress={giveBack}>
          {t("back", { paid })}
        </Button>
        <Button look="bare" busy={work.isBusy} onPress={() => work.run(() => till.decide(sale, answer.command))}>
          {t("keep")}
        </Button>
      </div>
    </Notice>
  );
}
