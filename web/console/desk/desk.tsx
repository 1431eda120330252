/** The desk of an operator's staff: customers, orders in flight, freezes with their basis, and the books of each day. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../../shared/holder/trouble.ts";
import { Button, Tabs } from "../../shared/ui/actions.tsx";
import { Frame, useLanguage } from "../../shared/ui/frame.tsx";
import { count, hour, isoDay, moment } from "../../shared/ui/i18n.ts";
import { Badge, Card, Spinner } from "../../shared/ui/surfaces.tsx";
import { ask } from "../answers.ts";
import { operatorName } from "../names.ts";
import { useStaff } from "../staff/coming_in.ts";
import type { Screen } from "../staff/screen.ts";
import { TroubleNotice } from "../staff/trouble_notice.tsx";
import { type Shift, useListed } from "./asking.ts";
import { Agreement, Books, booksOf } from "./books.tsx";
import { freezeIn, type Operator, operatorIn, orderIn } from "./counter.ts";
import { Customers } from "./customers.tsx";
import { Freezes } from "./freezes.tsx";
import { daysBefore } from "./looking_up.ts";
import { Orders } from "./orders.tsx";
import { t } from "./words.ts";

const PARTS = ["customers", "orders", "freezes", "books"] as const;
type PartName = (typeof PARTS)[number];

/** The whole page. */
export function Desk() {
  useLanguage();
  const [staff, out] = useStaff();
  const operator = useOperator();
  const name = operator === null ? t("desk") : `${t("desk")} · ${operatorName(operator.number)}`;
  return (
    <Frame name={name} wide side={staff.kind === "here" ? <Side screen={staff.screen} out={out} /> : null}>
      {staff.kind === "asking" ? <Spinner label={t("asking")} /> : null}
      {staff.kind === "nobody" ? <Door trouble={staff.trouble} operator={operator} /> : null}
      {staff.kind === "here" ? <Parts shift={{ screen: staff.screen, out }} /> : null}
    </Frame>
  );
}

function Side({ screen, out }: { screen: Screen; out: (trouble: Trouble | null) => void }) {
  return (
    <>
      <span class="small soft until">{t("until", { time: hour(screen.admission.expiresAtMs) })}</span>
      <Button look="bare" icon="user" onPress={() => screen.leave().finally(() => out(null))}>
        <span class="leave-words">{t("leave", { name: screen.admission.name })}</span>
      </Button>
    </>
  );
}

function Door({ trouble, operator }: { trouble: Trouble | null; operator: Operator | null }) {
  const which = operator === null || operator.number === "001" ? "" : ` --operator ${operator.number}`;
  return (
    <div class="door">
      {trouble === null ? null : <TroubleNotice trouble={trouble} />}
      <Card title={t("door")}>
        <p>{t("door_more")}</p>
        <p class="line code">{`dcep bank desk --open${which}`}</p>
        <p class="soft">{t("door_then")}</p>
      </Card>
    </div>
  );
}

function Parts({ shift }: { shift: Shift }) {
  const [part, turn] = useState<PartName>("customers");
  const [wanted, want] = useState("");
  const onWallet = (wallet: string) => {
    want(wallet);
    turn("customers");
  };
  const choose = (name: PartName) => {
    want("");
    turn(name);
  };
  const tabs = PARTS.map((name) => ({ name, label: t(name) }));
  return (
    <>
      <Glance shift={shift} />
      <Tabs label={t("parts")} tabs={tabs} chosen={part} onChoose={choose} />
      {part === "customers" ? <Customers shift={shift} wanted={wanted} /> : null}
      {part === "orders" ? <Orders shift={shift} onWallet={onWallet} /> : null}
      {part === "freezes" ? <Freezes shift={shift} onWallet={onWallet} /> : null}
      {part === "books" ? <Books shift={shift} /> : null}
    </>
  );
}

/** What is to be seen to, before anything is pressed. */
function Glance({ shift }: { shift: Shift }) {
  const flying = useListed(shift, "/v1/sagas?limit=100", orderIn);
  const freezes = useListed(shift, "/v1/freezes?limit=200", freezeIn);
  const [yesterday] = daysBefore(isoDay(Date.now()), 1);
  const [breaks, found] = useState<number | null>(null);
  useEffect(() => {
    booksOf(shift, yesterday ?? "").then(({ books }) => found(books?.breaks.length ?? null));
  }, []);
  const oldest = flying.items[0];
  const inForce = freezes.items.filter((each) => each.inForce).length;
  return (
    <div class="glances">
      <Figure name={t("in_flight")} more={oldest === undefined ? t("in_flight_none") : since(oldest.madeAtMs)}>
        {flying.isRead ? atLeast(flying.items.length, flying.more !== undefined) : "–"}
      </Figure>
      <Figure name={t("in_force")} more={t("in_force_more")}>
        {freezes.isRead ? atLeast(inForce, freezes.more !== undefined) : "–"}
      </Figure>
      <Figure name={t("yesterday", { day: yesterday ?? "" })} more={t("books_more")}>
        {breaks === null ? <Badge>{t("not_known")}</Badge> : <Agreement breaks={breaks} />}
      </Figure>
    </div>
  );
}

function Figure({ name, more, children }: { name: string; more: string; children: ComponentChildren }) {
  return (
    <div class="card glance">
      <p class="small soft">{name}</p>
      <p class="glance-figure figures">{children}</p>
      <p class="small soft glance-more">{more}</p>
    </div>
  );
}

function atLeast(number: number, isMore: boolean): string {
  return `${count(number)}${isMore ? "+" : ""}`;
}

function since(ms: number): string {
  return t("in_flight_oldest", { time: moment(ms) });
}

function useOperator(): Operator | null {
  const [operator, found] = useState<Operator | null>(null);
  useEffect(() => {
    ask("/v1/operator")
      .then((told) => found(operatorIn(told)))
      .catch((error: unknown) => {
        if (!(error instanceof Trouble)) throw error;
      });
  }, []);
  return operator;
}
