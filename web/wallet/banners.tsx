/** What the holder should hear of wherever the page stands: what came in, what has no answer, what does not work. */

import { yuan } from "../shared/protocol/money.ts";
import { Button } from "../shared/ui/actions.tsx";
import { phrases } from "../shared/ui/i18n.ts";
import { Notice } from "../shared/ui/surfaces.tsx";
import { tell } from "../shared/ui/troubles.ts";
import { whoIs } from "./history/rows.tsx";
import type { Purse, Seen } from "./purse.ts";

const t = phrases({
  received: ["Received ¥{amount} from {who}", "收到 {who} 付款 ¥{amount}"],
  healed: ["Your payment of ¥{amount} to {who} went through", "您向 {who} 的付款 ¥{amount} 已成功"],
  healed_more: [
    "Its answer had been lost. The same payment was asked about again, and it counted once.",
    "此前未收到结果。系统重新查询了同一笔付款，只计一次。",
  ],
  healed_not: ["Your payment of ¥{amount} to {who} did not happen", "您向 {who} 的付款 ¥{amount} 未成功"],
  open: ["A payment has no answer yet: ¥{amount} to {who}", "有一笔付款尚无结果：向 {who} 付款 ¥{amount}"],
  opens: ["{count} payments have no answer yet", "有 {count} 笔付款尚无结果"],
  open_more: [
    "It is kept and sent again by itself, the same one: it cannot count twice. Do not pay again.",
    "付款已保存并会自动重发同一笔，不会重复扣款，请勿再次付款。",
  ],
  offline: ["No network", "没有网络"],
  offline_more: [
    "You see what was known last. Nothing is lost; it goes on by itself.",
    "当前显示最近一次的数据。不会丢失任何款项，网络恢复后自动继续。",
  ],
  frozen_pay: ["This wallet may not pay at the moment", "钱包暂不能付款"],
  frozen_receive: ["What this wallet receives is locked at the moment", "钱包收到的款项暂被冻结"],
  frozen_both: ["This wallet is frozen", "钱包已被冻结"],
  frozen_more: ["Your money is there. Ask your operator why.", "资金仍在钱包中，请联系运营机构。"],
  closed: ["This wallet is closed", "钱包已注销"],
  understood: ["Understood", "知道了"],
});

/** The banners; each says what to do, if there is anything. */
export function Banners({ purse, seen }: { purse: Purse; seen: Seen }) {
  const { account } = seen;
  return (
    <>
      <NewsBanner purse={purse} seen={seen} />
      {seen.open.length === 0 ? null : <OpenBanner seen={seen} />}
      {seen.takenOut ? (
        <Notice kind="bad" icon="key" title={tell({ code: "taken_out" }).title}>
          <p>{tell({ code: "taken_out" }).next}</p>
        </Notice>
      ) : null}
      {seen.connected ? null : (
        <Notice kind="warn" icon="offline" title={t("offline")}>
          <p>{t("offline_more")}</p>
        </Notice>
      )}
      {account === null || account.frozen === null ? null : (
        <Notice kind="bad" icon="lock" title={t(`frozen_${account.frozen}`)}>
          <p>{t("frozen_more")}</p>
        </Notice>
      )}
      {account?.closed === true ? <Notice kind="bad" icon="lock" title={t("closed")} /> : null}
    </>
  );
}

function NewsBanner({ purse, seen }: { purse: Purse; seen: Seen }) {
  const { news } = seen;
  if (news === null) return null;
  const done = (
    <Button look="bare" onPress={() => purse.heard()}>
      {t("understood")}
    </Button>
  );
  if (news.kind === "received") {
    const { amount, counterparty } = news.movement;
    return (
      <Notice kind="good" icon="arrow_down" title={t("received", { amount: yuan(amount), who: whoIs(counterparty) })}>
        {done}
      </Notice>
    );
  }
  const values = { amount: yuan(news.payment.amount), who: whoIs(news.payment.counterparty) };
  if (news.payment.state === "settled") {
    return (
      <Notice kind="good" title={t("healed", values)}>
        <p>{t("healed_more")}</p>
        {done}
      </Notice>
    );
  }
  return (
    <Notice kind="warn" title={t("healed_not", values)}>
      <p>{tell({ code: news.payment.code || news.payment.state }).next}</p>
      {done}
    </Notice>
  );
}

function OpenBanner({ seen }: { seen: Seen }) {
  const [first] = seen.open;
  if (first === undefined) return null;
  const title =
    seen.open.length === 1
      ? t("open", { amount: yuan(first.amount), who: whoIs(first.counterparty) })
      : t("opens", { count: seen.open.length });
  return (
    <Notice kind="warn" icon="repeat" title={title}>
      <p>{t("open_more")}</p>
    </Notice>
  );
}
