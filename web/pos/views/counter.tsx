/** The counter: sell, look at the day, see to the shop. On a desk the day stands beside the sale. */

import { useEffect, useState } from "preact/hooks";
import type { Trouble } from "../../shared/holder/trouble.ts";
import { Button, Tabs } from "../../shared/ui/actions.tsx";
import { Frame, useLanguage } from "../../shared/ui/frame.tsx";
import { isoDay, phrases } from "../../shared/ui/i18n.ts";
import { Badge, Card, Notice } from "../../shared/ui/surfaces.tsx";
import { displayed } from "../display.ts";
import { isUndecided, type Sale, stateOf } from "../sales/sale.ts";
import type { Taking } from "../sales/takings.ts";
import type { Till } from "../till.ts";
import { Leaving } from "./coming/leaving.tsx";
import { PaymentSheet } from "./day/payment_sheet.tsx";
import { Figured, TakingList, TakingsView } from "./day/takings_view.tsx";
import { useTill } from "./drawing.ts";
import { Flaws } from "./selling/flaws.tsx";
import { SaleView } from "./selling/sale_view.tsx";
import { Sell } from "./selling/sell.tsx";
import { ShopView } from "./shop/shop_view.tsx";
import { wordsOf } from "./words.ts";

const t = phrases({
  parts: ["Parts of the till", "收银台功能"],
  sell: ["Sell", "收款"],
  takings: ["Takings", "对账"],
  shop: ["Shop", "商户"],
  till: ["Till {till}", "{till} 号收银台"],
  live: ["live", "实时"],
  offline: ["no network", "无网络"],
  today: ["Today", "今日"],
  trouble: ["Payments cannot be looked at now", "暂时无法核对到账"],
  trouble_more: ["It is tried again every few seconds.", "系统会每隔几秒自动重试。"],
  display: ["Customer's display", "顾客屏"],
});

type Part = "sell" | "takings" | "shop";

export function Counter({ till }: { till: Till }) {
  useLanguage();
  useTill(till);
  useDisplay(till);
  const { trouble } = till;
  const online = (
    <Badge kind={till.isConnected ? "good" : "warn"}>
      {t("till", { till: till.number })} · {till.isConnected ? t("live") : t("offline")}
    </Badge>
  );
  return (
    <Frame name={till.shop.name} wide side={online}>
      {trouble === null || isSaid(till) ? null : (
        <Notice kind={trouble.final ? "bad" : "warn"} icon={trouble.final ? "warning" : "offline"} title={t("trouble")}>
          <p>{wordsOf(trouble)}</p>
          {trouble.final ? null : <p class="small">{t("trouble_more")}</p>}
          {isOver(trouble) ? <Leaving /> : null}
        </Notice>
      )}
      {trouble !== null && isOver(trouble) ? null : <Parts till={till} />}
    </Frame>
  );
}

/** Whether this till cannot go on with the wallet that it keeps. */
function isOver(trouble: Trouble): boolean {
  return trouble.code === "taken_out" || trouble.code === "other_network";
}

/** Whether the sale itself says that there is no network. */
function isSaid(till: Till): boolean {
  return !till.isConnected && till.current !== null && stateOf(till.current, till.holder.now()) === "waiting";
}

function Parts({ till }: { till: Till }) {
  const [part, choose] = useState<Part>("sell");
  const { current } = till;
  const parts = (["sell", "takings", "shop"] as const).map((name) => ({ name, label: t(name) }));
  return (
    <>
      <Tabs label={t("parts")} tabs={parts} chosen={part} onChoose={choose} />
      <Older till={till} current={current} />
      {part === "sell" ? (
        <div class="counter">
          <div class="stack">
            {current === null ? <Sell till={till} /> : <SaleView till={till} sale={current} key={current.reference} />}
          </div>
          <Today till={till} />
        </div>
      ) : null}
      {part === "takings" ? <TakingsView till={till} /> : null}
      {part === "shop" ? <ShopView till={till} /> : null}
    </>
  );
}

/** Money that came for sales from which one has gone on. */
function Older({ till, current }: { till: Till; current: Sale | null }) {
  const others = till.sales.filter((sale) => sale.reference !== current?.reference && isUndecided(sale));
  return (
    <>
      {others.map((sale) => (
        <Flaws key={sale.reference} till={till} sale={sale} />
      ))}
    </>
  );
}

function Today({ till }: { till: Till }) {
  const [opened, open] = useState<Taking | null>(null);
  const takings = till.takings(isoDay(till.holder.now()));
  return (
    <div class="counter-day stack">
      <Card title={t("today")}>
        <Figured figures={takings.whole} />
        <TakingList takings={takings} onOpen={open} most={8} />
        <Button look="bare" icon="screen" onPress={openDisplay}>
          {t("display")}
        </Button>
      </Card>
      {opened === null ? null : <PaymentSheet till={till} payment={opened.movement} onClose={() => open(null)} />}
    </div>
  );
}

function openDisplay(): void {
  window.open(`${location.pathname}#customer`, "dcep-till-display", "popup,width=480,height=800");
}

/** Let the customer's display follow the till. */
function useDisplay(till: Till): void {
  useEffect(() => {
    const show = () => {
      const sale = till.current;
      return { shop: till.shop, sale, state: sale === null ? ("waiting" as const) : stateOf(sale, till.holder.now()) };
    };
    const display = displayed(show);
    const hush = till.onChange(display.tell);
    // A code expires without anything happening.
    const clock = setInterval(display.tell, 5_000);
    return () => {
      hush();
      clearInterval(clock);
      display.end();
    };
  }, [till]);
}
