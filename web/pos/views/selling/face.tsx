/** The face of a sale: what the customer sees, on the till or on a display of his own. */

import { yuan } from "../../../shared/protocol/money.ts";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Icon } from "../../../shared/ui/icons.tsx";
import { Money } from "../../../shared/ui/money.tsx";
import { Qr } from "../../../shared/ui/qr.tsx";
import type { Shop } from "../../book.ts";
import type { Sale, SaleState } from "../../sales/sale.ts";

const t = phrases({
  code: ["Code: pay ¥{amount} to {shop}", "收款码：向{shop}付款 ¥{amount}"],
  scan: ["Scan to pay", "扫码付款"],
  paid: ["Paid", "已收款"],
  thanks: ["Thank you!", "谢谢惠顾！"],
  expired: ["This code has expired", "收款码已过期"],
  expired_more: ["Do not scan it any more.", "请勿再扫此码。"],
  unclear: ["Not paid as asked", "付款与应收不符"],
  withdrawn: ["Cancelled", "已取消"],
});

/** The face of one sale. */
export function Face({ shop, sale, state }: { shop: Shop; sale: Sale; state: SaleState }) {
  return (
    <div class="face" data-state={state}>
      <p class="face-shop">
        <strong>{shop.name}</strong> <span class="soft">{shop.city}</span>
      </p>
      <Money fen={sale.amount} size="hero" />
      {state === "waiting" ? (
        <>
          <Qr text={sale.text} label={t("code", { amount: yuan(sale.amount), shop: shop.name })} />
          <p class="soft">{t("scan")}</p>
        </>
      ) : null}
      <div class="face-word" role="status" aria-live="assertive">
        <Mark state={state} />
      </div>
    </div>
  );
}

function Mark({ state }: { state: SaleState }) {
  if (state === "paid") {
    return (
      <>
        <span class="mark" data-kind="good">
          <Icon name="check" size={72} />
        </span>
        <p class="mark-word">{t("paid")}</p>
        <p class="soft">{t("thanks")}</p>
      </>
    );
  }
  if (state === "expired") {
    return (
      <>
        <span class="mark" data-kind="plain">
          <Icon name="clock" size={56} />
        </span>
        <p class="mark-word">{t("expired")}</p>
        <p class="soft">{t("expired_more")}</p>
      </>
    );
  }
  if (state === "waiting") return null;
  return (
    <>
      <span class="mark" data-kind="warn">
        <Icon name="warning" size={56} />
      </span>
      <p class="mark-word">{t(state)}</p>
    </>
  );
}
