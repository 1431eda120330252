/** Orders: those in flight, and all. */

import { useState } from "preact/hooks";
import { Button, Tabs } from "../../shared/ui/actions.tsx";
import { moment } from "../../shared/ui/i18n.ts";
import { Table } from "../../shared/ui/lists.tsx";
import { Card, Empty, Spinner } from "../../shared/ui/surfaces.tsx";
import { signedYuan } from "../amounts.tsx";
import { TroubleNotice } from "../staff/trouble_notice.tsx";
import { type Shift, useListed } from "./asking.ts";
import { orderIn } from "./counter.ts";
import { kindName, State, WalletNumber } from "./labels.tsx";
import { t } from "./words.ts";

type Which = "flying" | "everything";

/** The orders of the operator. */
export function Orders({ shift, onWallet }: { shift: Shift; onWallet: (wallet: string) => void }) {
  const [which, choose] = useState<Which>("flying");
  const tabs = (["flying", "everything"] as const).map((name) => ({ name, label: t(name) }));
  return (
    <Card title={t("orders")} side={<Tabs label={t("which")} tabs={tabs} chosen={which} onChoose={choose} />}>
      {which === "flying" ? (
        <OrderTable
          shift={shift}
          path="/v1/sagas?limit=100"
          caption={t("flying_caption")}
          onWallet={onWallet}
          isFlight
        />
      ) : (
        <OrderTable shift={shift} path="/v1/orders?limit=50" caption={t("orders_caption")} onWallet={onWallet} />
      )}
    </Card>
  );
}

/** A table of orders, read from a list of the operator's; `onWallet` looks its holder up. */
export function OrderTable({
  shift,
  path,
  caption,
  onWallet,
  isFlight = false,
}: {
  shift: Shift;
  path: string;
  caption: string;
  onWallet?: (wallet: string) => void;
  isFlight?: boolean;
}) {
  const listed = useListed(shift, path, orderIn);
  const trouble = listed.trouble === null ? null : <TroubleNotice trouble={listed.trouble} />;
  if (!listed.isRead) return trouble ?? <Spinner label={caption} />;
  if (listed.items.length === 0) return <Empty icon="check">{t(isFlight ? "none_flying" : "none_at_all")}</Empty>;
  return (
    <>
      {trouble}
      <Table
        caption={caption}
        items={listed.items}
        keyOf={(order) => order.id}
        columns={[
          { name: t("column_kind"), show: (order) => kindName(order.kind) },
          {
            name: t("column_wallet"),
            show: (order) => (
              <WalletNumber wallet={order.wallet} {...(onWallet === undefined ? {} : { onPress: onWallet })} />
            ),
          },
          {
            name: t("column_amount"),
            kind: "number",
            show: (order) => (order.amount === null ? "–" : signedYuan(order.amount)),
          },
          { name: t("column_state"), show: (order) => <State order={order} /> },
          { name: t("column_since"), show: (order) => <span class="when">{moment(order.madeAtMs)}</span> },
          { name: t("column_order"), show: (order) => <span class="code small">{order.id.slice(0, 12)}</span> },
        ]}
      />
      {listed.more === undefined ? null : <Button onPress={listed.more}>{t("more")}</Button>}
    </>
  );
}
