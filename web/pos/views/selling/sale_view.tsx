/** A sale before the customer's eyes: the code, and then a mark that nobody mistakes. */

import { useEffect, useRef } from "preact/hooks";
import { formatWalletId } from "../../../shared/protocol/ids.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { hour, phrases } from "../../../shared/ui/i18n.ts";
import { Card, Notice, Spinner } from "../../../shared/ui/surfaces.tsx";
import { paymentOf, type Sale, type SaleState, stateOf } from "../../sales/sale.ts";
import type { Till } from "../../till.ts";
import { useNow, useWork } from "../drawing.ts";
import { Face } from "./face.tsx";
import { Flaws } from "./flaws.tsx";

const t = phrases({
  waiting: ["Waiting for the payment", "等待付款"],
  until: ["The code ends in {left}", "收款码剩余 {left}"],
  next: ["Next customer", "下一位顾客"],
  cancel: ["Cancel", "取消"],
  again: ["Show a new code", "重新出示收款码"],
  wide: ["Full screen for the customer", "顾客全屏"],
  proven: ["The ledger's proof was verified on this till", "账本凭证已在本机验证"],
  payer: ["from wallet {wallet}", "付款钱包 {wallet}"],
  offline: ["No network: you will not see it paid", "网络中断：暂时无法看到到账"],
  offline_next: [
    "A customer can still pay. Hand nothing over before the mark is green; it comes when the network is back.",
    "顾客仍可付款。网络恢复后会显示结果，出现绿色标记前请勿交付商品。",
  ],
});

export function SaleView({ till, sale }: { till: Till; sale: Sale }) {
  const now = useNow(till);
  const work = useWork();
  const room = useRef<HTMLDivElement>(null);
  const state = stateOf(sale, now);
  const goOn = () => work.run(() => till.goOn(sale));
  const again = () =>
    work.run(async () => {
      await till.goOn(sale);
      await till.ask(sale.amount);
    });
  useSaleKeys({ enter: state === "expired" ? again : state === "paid" ? goOn : null, leave: goOn });
  useEffect(() => leaveFullScreen, []);
  return (
    <div class="sale" data-state={state} ref={room}>
      <Card>
        <Face shop={till.shop} sale={sale} state={state} />
        {state === "waiting" ? (
          <div class="sale-wait">
            <Spinner label={t("waiting")} />
            <span class="soft figures" role="timer">
              {t("until", { left: leftOf(sale.expiresAtMs - now) })}
            </span>
          </div>
        ) : null}
        {state === "paid" ? <Proven sale={sale} /> : null}
        {state === "waiting" && !till.isConnected ? (
          <Notice kind="warn" icon="offline" title={t("offline")}>
            <p>{t("offline_next")}</p>
          </Notice>
        ) : null}
        <Flaws till={till} sale={sale} />
        <Actions
          state={state}
          isBusy={work.isBusy}
          goOn={goOn}
          again={again}
          widen={() => void room.current?.requestFullscreen?.().catch(() => undefined)}
        />
      </Card>
    </div>
  );
}

function Actions({
  state,
  isBusy,
  goOn,
  again,
  widen,
}: {
  state: SaleState;
  isBusy: boolean;
  goOn: () => void;
  again: () => void;
  widen: () => void;
}) {
  if (state === "waiting") {
    return (
      <div class="sale-actions">
        <Button icon="screen" onPress={widen}>
          {t("wide")}
        </Button>
        <Button look="bare" busy={isBusy} onPress={goOn}>
          {t("cancel")}
        </Button>
      </div>
    );
  }
  return (
    <div class="sale-actions">
      {state === "expired" || state === "unclear" ? (
        <Button look="main" size="large" wide icon="code" busy={isBusy} onPress={again}>
          {t("again")}
        </Button>
      ) : null}
      <Button look={state === "paid" ? "main" : "plain"} size="large" wide busy={isBusy} onPress={goOn}>
        {t("next")}
      </Button>
    </div>
  );
}

function Proven({ sale }: { sale: Sale }) {
  const payment = paymentOf(sale);
  if (payment === null) return null;
  return (
    <p class="sale-proof small">
      {t("payer", { wallet: formatWalletId(payment.payer) })}
      <br />
      {hour(payment.atMs, true)} · <span class="unbroken">{sale.reference}</span>
      <br />
      {t("proven")}
    </p>
  );
}

/** Enter does what one does next, Escape goes on; a button or a field that has the focus keeps its keys. */
function useSaleKeys(keys: { readonly enter: (() => void) | null; readonly leave: () => void }): void {
  const newest = useRef(keys);
  newest.current = keys;
  useEffect(() => {
    const typed = (event: KeyboardEvent) => {
      const isIn = (what: string) => event.target instanceof Element && event.target.closest(what) !== null;
      if (isIn("input,dialog,textarea,select")) return;
      const { enter, leave } = newest.current;
      if (event.key === "Enter" && enter !== null && !isIn("button,a")) enter();
      else if (event.key === "Escape" && document.fullscreenElement === null) leave();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", typed);
    return () => document.removeEventListener("keydown", typed);
  }, []);
}

function leaveFullScreen(): void {
  if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
}

function leftOf(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
