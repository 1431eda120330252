/** What became of a payment, at a glance. */

import type { Payment } from "../../shared/holder/types.ts";
import { formatWalletId } from "../../shared/protocol/ids.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Icon } from "../../shared/ui/icons.tsx";
import { Money } from "../../shared/ui/money.tsx";
import { Notice } from "../../shared/ui/surfaces.tsx";
import { tell } from "../../shared/ui/troubles.ts";
import type { Seen } from "../purse.ts";
import { go } from "../views.ts";
import type { Payee } from "./payee.ts";

const t = phrases({
  paid: ["Paid", "付款成功"],
  to: ["to {who}", "付给 {who}"],
  proven: ["Settled and proven: the receipt is kept on this device.", "已结算，回执已保存在本设备。"],
  open: ["There is no answer yet", "尚无结果"],
  open_more: [
    "Your payment is kept and sent again by itself, the same one: it cannot count twice. Do not pay again. You may close the page.",
    "付款已保存并会自动重发同一笔，不会重复扣款。请勿再次付款，可以关闭页面。",
  ],
  exchange: ["Exchange", "去兑出"],
  done: ["Done", "完成"],
});

/** The end of a payment; what was open when it was shown may have ended since. */
export function Paid({
  payee,
  payment,
  seen,
  onDone,
}: {
  payee: Payee;
  payment: Payment;
  seen: Seen;
  onDone: () => void;
}) {
  const healed =
    seen.news?.kind === "healed" && seen.news.payment.command === payment.command ? seen.news.payment : null;
  const now = healed ?? payment;
  const who = payee.name ?? formatWalletId(payee.wallet);
  const told = tell({ code: now.code || now.state });
  return (
    <>
      {now.state === "settled" ? (
        <div class="happened" role="status">
          <span class="happened-sign">
            <Icon name="check" size={40} />
          </span>
          <p class="happened-word">{t("paid")}</p>
          <Money fen={now.amount} size="hero" />
          <p>{t("to", { who })}</p>
          <p class="soft small">{t("proven")}</p>
        </div>
      ) : now.state === "open" ? (
        <Notice kind="warn" icon="repeat" title={t("open")}>
          <p>{t("open_more")}</p>
        </Notice>
      ) : (
        <Notice kind="bad" title={told.title}>
          <p>{told.next}</p>
        </Notice>
      )}
      {now.code === "insufficient_funds" ? (
        <Button wide icon="bank" onPress={() => go("exchange")}>
          {t("exchange")}
        </Button>
      ) : null}
      <Button look="main" size="large" wide onPress={onDone}>
        {t("done")}
      </Button>
    </>
  );
}
