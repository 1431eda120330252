/**
 * A freeze, or the end of one.
 *
 * 1. The order's key is drawn when the sheet opens: a double tap, and an answer that was lost, order nothing twice.
 * 2. As long as nobody knows whether it was taken, the very same is sent again, and nothing of it can be changed. What was
 *    refused was not taken: what is typed then is another order.
 * 3. The order is followed until the ledger has answered: what is said to be frozen is frozen.
 */

import { useState } from "preact/hooks";
import { Trouble } from "../../shared/holder/trouble.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { Choices, Field } from "../../shared/ui/fields.tsx";
import { Pairs } from "../../shared/ui/lists.tsx";
import { Sheet } from "../../shared/ui/sheet.tsx";
import { Notice, Spinner } from "../../shared/ui/surfaces.tsx";
import { spaced } from "../names.ts";
import { newOrderKey } from "../staff/screen.ts";
import { TroubleNotice } from "../staff/trouble_notice.tsx";
import { asked, followed, type Shift } from "./asking.ts";
import { type Order, orderIn, type Scope } from "./counter.ts";
import { t } from "./words.ts";

type Step =
  | { readonly kind: "typing"; readonly trouble: Trouble | null }
  | { readonly kind: "waiting" }
  | { readonly kind: "ended"; readonly order: Order };

const SCOPES = ["pay", "receive", "both"] as const;
const BASIS_LENGTH = 128;

/** Order a wallet frozen, or every freeze of it lifted. */
export function FreezeSheet({
  shift,
  wallet,
  kind,
  onChanged,
  onClose,
}: {
  shift: Shift;
  wallet: string;
  kind: "freeze" | "unfreeze";
  onChanged: () => void;
  onClose: () => void;
}) {
  const [scope, choose] = useState<Scope>("pay");
  const [basis, write] = useState("");
  const [fault, blame] = useState<string | undefined>(undefined);
  const [step, go] = useState<Step>({ kind: "typing", trouble: null });
  // 1.
  const [orderKey, draw] = useState(newOrderKey);
  const order = async () => {
    const reference = basis.trim();
    if (reference === "") return blame(t("basis_missing"));
    blame(undefined);
    go({ kind: "waiting" });
    const body = kind === "freeze" ? { scope, basis: reference } : { basis: reference };
    try {
      const path = `/v1/wallets/${wallet}/${kind}`;
      const taken = await asked(shift, (screen) => screen.ask("POST", path, body, orderKey));
      // 3.
      go({ kind: "ended", order: await followed(shift, orderIn(taken)) });
      onChanged();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      // 2.
      if (error.final) draw(newOrderKey());
      go({ kind: "typing", trouble: error });
    }
  };
  const isOpen = step.kind === "typing" && (step.trouble === null || step.trouble.final);
  return (
    <Sheet title={t(`${kind}_title`, { wallet: spaced(wallet) })} onClose={onClose}>
      {step.kind === "ended" ? (
        <Ended order={step.order} kind={kind} />
      ) : (
        <>
          {isOpen ? (
            <Typed {...{ kind, scope, choose, basis, write, fault }} />
          ) : (
            <Pairs pairs={[...(kind === "freeze" ? [[t("scope"), t(scope)] as const] : []), [t("basis"), basis]]} />
          )}
          {step.kind === "typing" && step.trouble !== null ? <TroubleNotice trouble={step.trouble} /> : null}
          {step.kind === "waiting" ? <Spinner label={t("ordered")} /> : null}
          <Button look={kind === "freeze" ? "danger" : "main"} wide busy={step.kind === "waiting"} onPress={order}>
            {t(isOpen || step.kind === "waiting" ? kind : "again_same")}
          </Button>
        </>
      )}
    </Sheet>
  );
}

function Typed({
  kind,
  scope,
  choose,
  basis,
  write,
  fault,
}: {
  kind: "freeze" | "unfreeze";
  scope: Scope;
  choose: (scope: Scope) => void;
  basis: string;
  write: (basis: string) => void;
  fault: string | undefined;
}) {
  const scopes = SCOPES.map((name) => ({ name, label: t(name), more: t(`${name}_more`) }));
  return (
    <>
      {kind === "freeze" ? (
        <Choices label={t("scope")} options={scopes} chosen={scope} onChoose={choose} />
      ) : (
        <p>{t("lift_more")}</p>
      )}
      <Field
        label={t("basis")}
        hint={t("basis_hint")}
        fault={fault}
        text={basis}
        onText={write}
        limit={BASIS_LENGTH}
        required
      />
    </>
  );
}

function Ended({ order, kind }: { order: Order; kind: "freeze" | "unfreeze" }) {
  if (order.endedAtMs === null) return <Notice kind="warn" title={t("order_slow")} />;
  if (order.state !== "done") return <Notice kind="bad" title={t("order_refused", { code: order.code })} />;
  return <Notice kind="good" title={t(kind === "freeze" ? "frozen_done" : "lifted_done")} />;
}
