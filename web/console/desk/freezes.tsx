/** The register of freezes: what was frozen and freed, on which basis, by whom, and what is in force. */

import { Button } from "../../shared/ui/actions.tsx";
import { moment } from "../../shared/ui/i18n.ts";
import { Table } from "../../shared/ui/lists.tsx";
import { Badge, Card, Empty, Spinner } from "../../shared/ui/surfaces.tsx";
import { TroubleNotice } from "../staff/trouble_notice.tsx";
import { type Shift, useListed } from "./asking.ts";
import { type Freeze, freezeIn } from "./counter.ts";
import { kindName, State, WalletNumber } from "./labels.tsx";
import { t } from "./words.ts";

/** Every freeze of the operator's. */
export function Freezes({ shift, onWallet }: { shift: Shift; onWallet: (wallet: string) => void }) {
  const listed = useListed(shift, "/v1/freezes?limit=50", freezeIn);
  return (
    <Card title={t("freezes")}>
      {listed.trouble === null ? null : <TroubleNotice trouble={listed.trouble} />}
      {!listed.isRead && listed.trouble === null ? <Spinner label={t("freezes")} /> : null}
      {listed.isRead && listed.items.length === 0 ? <Empty icon="lock">{t("none_frozen")}</Empty> : null}
      {listed.items.length === 0 ? null : (
        <Table
          caption={t("freezes_caption")}
          items={listed.items}
          keyOf={(freeze) => freeze.id}
          columns={[
            { name: t("column_wallet"), show: (each) => <WalletNumber wallet={each.wallet} onPress={onWallet} /> },
            { name: t("column_what"), show: (each) => whatOf(each) },
            { name: t("column_basis"), show: (each) => each.basis },
            { name: t("column_by"), show: (each) => (each.askedBy === "" ? "–" : each.askedBy) },
            { name: t("column_when"), show: (each) => <span class="when">{moment(each.madeAtMs)}</span> },
            { name: t("column_state"), show: (each) => <Standing freeze={each} /> },
          ]}
        />
      )}
      {listed.more === undefined ? null : <Button onPress={listed.more}>{t("more")}</Button>}
    </Card>
  );
}

function whatOf(freeze: Freeze): string {
  const scope = freeze.scope;
  if (scope !== "pay" && scope !== "receive" && scope !== "both") return kindName(freeze.kind);
  return t(`freeze_of_${scope}`);
}

function Standing({ freeze }: { freeze: Freeze }) {
  if (freeze.inForce) return <Badge kind="bad">{t("now_in_force")}</Badge>;
  if (freeze.kind === "freeze" && freeze.state === "done") return <Badge>{t("no_more")}</Badge>;
  return <State order={freeze} />;
}
