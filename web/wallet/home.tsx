/** The wallet at a glance: balance, what can be done, what was done last. */

import { useEffect, useRef, useState } from "preact/hooks";
import { formatWalletId } from "../shared/protocol/ids.ts";
import { yuan } from "../shared/protocol/money.ts";
import { Button } from "../shared/ui/actions.tsx";
import { moment, phrases } from "../shared/ui/i18n.ts";
import { Icon, type IconName } from "../shared/ui/icons.tsx";
import { Money } from "../shared/ui/money.tsx";
import { Card, Spinner } from "../shared/ui/surfaces.tsx";
import { Banners } from "./banners.tsx";
import { History } from "./history/history.tsx";
import { MovementSheet } from "./history/movement.tsx";
import { MovementRows } from "./history/rows.tsx";
import { className, operatorName } from "./opening/classes.ts";
import { ExchangeSheet } from "./paying/exchange.tsx";
import { PaySheet } from "./paying/pay.tsx";
import { ReceiveSheet } from "./paying/receive.tsx";
import type { Purse, Seen } from "./purse.ts";
import { Settings } from "./settings/settings.tsx";
import { type Ground, go, groundOf, type View, type ViewName } from "./views.ts";

const t = phrases({
  balance: ["Balance", "余额"],
  looking: ["Asking for the balance …", "正在查询余额……"],
  as_of: ["as of {moment}", "截至 {moment}"],
  locked: ["locked {amount}", "冻结 {amount}"],
  pay: ["Scan and pay", "扫码付款"],
  receive: ["Receive", "收款"],
  exchange: ["Exchange", "兑换"],
  last: ["Last movements", "最近动账"],
  all: ["All", "全部"],
  nothing: [
    "Nothing has moved yet. Exchange some money, or let somebody pay you.",
    "暂无动账。可先兑出，或让他人付款给您。",
  ],
});

const LAST = 7;

/** The wallet, and whatever is open above it. */
export function Home({ purse, view }: { purse: Purse; view: View }) {
  const seen = useSeen(purse);
  const last = useRef<Ground>("home");
  last.current = groundOf(view.name) ?? last.current;
  const ground = last.current;
  const close = () => go(ground);
  return (
    <>
      <Banners purse={purse} seen={seen} />
      {ground === "history" ? (
        <History purse={purse} seen={seen} />
      ) : ground === "settings" ? (
        <Settings purse={purse} seen={seen} />
      ) : (
        <Glance purse={purse} seen={seen} />
      )}
      {view.name === "pay" ? <PaySheet purse={purse} seen={seen} onClose={close} /> : null}
      {view.name === "receive" ? <ReceiveSheet purse={purse} seen={seen} onClose={close} /> : null}
      {view.name === "exchange" ? <ExchangeSheet purse={purse} seen={seen} onClose={close} /> : null}
      {view.name === "movement" ? (
        <MovementSheet key={view.about} purse={purse} seen={seen} command={view.about} onClose={close} />
      ) : null}
    </>
  );
}

/** Return what is known of the wallet, and draw the caller again when that changes. */
export function useSeen(purse: Purse): Seen {
  const [seen, heard] = useState(purse.seen);
  useEffect(() => {
    heard(purse.seen);
    return purse.onChange(() => heard(purse.seen));
  }, [purse]);
  return seen;
}

function Glance({ purse, seen }: { purse: Purse; seen: Seen }) {
  return (
    <div class="glance">
      <div class="stack">
        <Balance purse={purse} seen={seen} />
        <nav class="deeds" aria-label={t("balance")}>
          <Deed icon="scan" view="pay" label={t("pay")} isMain />
          <Deed icon="code" view="receive" label={t("receive")} />
          <Deed icon="bank" view="exchange" label={t("exchange")} />
        </nav>
      </div>
      <Card
        title={t("last")}
        side={
          <Button look="bare" onPress={() => go("history")}>
            {t("all")}
          </Button>
        }
      >
        <MovementRows
          label={t("last")}
          movements={seen.movements.slice(0, LAST)}
          nowMs={purse.held.now()}
          empty={t("nothing")}
        />
      </Card>
    </div>
  );
}

function Balance({ purse, seen }: { purse: Purse; seen: Seen }) {
  const { account } = seen;
  return (
    <section class="balance" aria-label={t("balance")}>
      <div class="balance-head">
        <span>{operatorName(purse.held.operator.name)}</span>
        {account === null ? null : <span class="balance-class">{className(account.walletClass)}</span>}
      </div>
      {account === null ? (
        <Spinner label={t("looking")} />
      ) : (
        <p class="balance-amount" data-testid="balance">
          <Money fen={account.balance} size="hero" />
        </p>
      )}
      <p class="balance-foot figures">
        <span>{formatWalletId(purse.held.wallet)}</span>
        {account === null || seen.connected ? null : <span>{t("as_of", { moment: moment(seen.seenAtMs) })}</span>}
      </p>
      {account === null || account.locked === 0n ? null : (
        <p class="balance-foot">
          <Icon name="lock" size={16} />
          {t("locked", { amount: `¥${yuan(account.locked)}` })}
        </p>
      )}
    </section>
  );
}

function Deed({
  icon,
  view,
  label,
  isMain = false,
}: {
  icon: IconName;
  view: ViewName;
  label: string;
  isMain?: boolean;
}) {
  return (
    <a class="deed" data-main={isMain} href={`#${view}`}>
      <Icon name={icon} size={28} />
      {label}
    </a>
  );
}
