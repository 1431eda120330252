/** Customers: found by a wallet or by what they have shown, one at a time; frozen and freed on a legal basis. */

import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../../shared/holder/trouble.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { Field, Select } from "../../shared/ui/fields.tsx";
import { moment } from "../../shared/ui/i18n.ts";
import { Pairs } from "../../shared/ui/lists.tsx";
import { Card, Empty } from "../../shared/ui/surfaces.tsx";
import { listOf } from "../answers.ts";
import { TroubleNotice } from "../staff/trouble_notice.tsx";
import { asked, type Shift } from "./asking.ts";
import { type Customer, customerIn } from "./counter.ts";
import { FreezeSheet } from "./freeze_sheet.tsx";
import { className, Standing, WalletNumber } from "./labels.tsx";
import { type By, questionOf } from "./looking_up.ts";
import { OrderTable } from "./orders.tsx";
import { t } from "./words.ts";

type Found = Readonly<{ customers: readonly Customer[]; trouble: Trouble | null }>;

/** Look a customer up.
 *
 * @param wanted - the wallet that was chosen elsewhere on the desk; empty where none was.
 */
export function Customers({ shift, wanted }: { shift: Shift; wanted: string }) {
  const [by, choose] = useState<By>("wallet");
  const [typed, type] = useState("");
  const [fault, blame] = useState<string | undefined>(undefined);
  const [found, find] = useState<Found | null>(null);
  const [busy, work] = useState(false);
  const lookUp = async (how: By, text: string) => {
    const question = questionOf(how, text);
    if (typeof question === "string") return blame(t(question));
    blame(undefined);
    work(true);
    find(await customersOf(shift, question));
    work(false);
  };
  const open = (wallet: string) => {
    choose("wallet");
    type(wallet);
    lookUp("wallet", wallet);
  };
  useEffect(() => {
    if (wanted !== "") open(wanted);
  }, [wanted]);
  return (
    <div class="stack">
      <LookUp {...{ by, choose, typed, type, fault, busy }} onLookUp={() => lookUp(by, typed)} />
      {found === null || found.trouble === null ? null : <TroubleNotice trouble={found.trouble} />}
      {found !== null && found.trouble === null && found.customers.length === 0 ? (
        <Empty icon="user">{t("nobody")}</Empty>
      ) : null}
      {found?.customers.map((customer) => (
        <CustomerCard
          key={customer.wallet}
          shift={shift}
          customer={customer}
          onOpen={open}
          onChanged={() => lookUp(by, typed)}
        />
      ))}
    </div>
  );
}

function LookUp({
  by,
  choose,
  typed,
  type,
  fault,
  busy,
  onLookUp,
}: {
  by: By;
  choose: (by: By) => void;
  typed: string;
  type: (text: string) => void;
  fault: string | undefined;
  busy: boolean;
  onLookUp: () => void;
}) {
  const submit = (event: Event) => {
    event.preventDefault();
    onLookUp();
  };
  const ways = (["wallet", "phone", "document", "credit_code"] as const).map((name) => ({ name, label: t(name) }));
  return (
    <Card title={t("find")}>
      <form class="look-up" onSubmit={submit}>
        <Select label={t("by")} options={ways} chosen={by} onChoose={choose} />
        <Field label={t("typed")} hint={t("look_up_hint")} fault={fault} text={typed} onText={type} kind="search" />
        <Button look="main" icon="search" submit busy={busy}>
          {t("look_up")}
        </Button>
      </form>
    </Card>
  );
}

function CustomerCard({
  shift,
  customer,
  onOpen,
  onChanged,
}: {
  shift: Shift;
  customer: Customer;
  onOpen: (wallet: string) => void;
  onChanged: () => void;
}) {
  const [sheet, rise] = useState<"freeze" | "unfreeze" | null>(null);
  const others = customer.wallets.filter((wallet) => wallet !== customer.wallet);
  return (
    <Card title={customer.name === "" ? t("nameless") : customer.name} side={<Standing customer={customer} />}>
      <div class="grid-2">
        <Pairs
          pairs={[
            [t("wallet"), <WalletNumber key="number" wallet={customer.wallet} />],
            [t("column_class"), className(customer.walletClass)],
            [t("phone"), customer.phone],
            [t("bank_account"), customer.bankAccount ?? t("none")],
          ]}
        />
        <Pairs
          pairs={[
            [t("identity"), customer.identity],
            [t("best_class"), className(customer.bestClass)],
            [t("assurance"), t("checked", { assurance: customer.assurance, time: moment(customer.checkedAtMs) })],
            [
              t("wallets"),
              others.length === 0 ? t("none") : others.map((each) => <Other key={each} {...{ each, onOpen }} />),
            ],
          ]}
        />
      </div>
      <div class="side-by-side">
        <Button look="danger" icon="lock" disabled={customer.closed} onPress={() => rise("freeze")}>
          {t("freeze")}
        </Button>
        <Button icon="key" disabled={customer.frozen === null} onPress={() => rise("unfreeze")}>
          {t("unfreeze")}
        </Button>
      </div>
      <h3>{t("its_orders")}</h3>
      <OrderTable shift={shift} path={`/v1/orders?limit=20&wallet=${customer.wallet}`} caption={t("wallet_caption")} />
      {sheet === null ? null : (
        <FreezeSheet
          shift={shift}
          wallet={customer.wallet}
          kind={sheet}
          onChanged={onChanged}
          onClose={() => rise(null)}
        />
      )}
    </Card>
  );
}

function Other({ each, onOpen }: { each: string; onOpen: (wallet: string) => void }) {
  return (
    <p>
      <WalletNumber wallet={each} onPress={onOpen} />
    </p>
  );
}

async function customersOf(shift: Shift, question: Exclude<ReturnType<typeof questionOf>, string>): Promise<Found> {
  try {
    if (question.method === "GET") {
      const told = await asked(shift, (screen) => screen.ask("GET", question.path));
      return { customers: [customerIn(told)], trouble: null };
    }
    const told = await asked(shift, (screen) => screen.ask("POST", question.path, question.body));
    return { customers: listOf(told, "items", customerIn), trouble: null };
  } catch (error) {
    if (error instanceof Trouble) return { customers: [], trouble: error };
    throw error;
  }
}
