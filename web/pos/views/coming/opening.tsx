/** A shop comes: its wallet is opened on this till, or this till joins those that it has. */

import { useState } from "preact/hooks";
import type { Evidence, Opening } from "../../../shared/holder/types.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { Choices, Field } from "../../../shared/ui/fields.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Card, Notice, Spinner } from "../../../shared/ui/surfaces.tsx";
import type { Shop } from "../../book.ts";
import { useWork } from "../drawing.ts";
import { ShopFields } from "./shop_fields.tsx";

const t = phrases({
  title: ["Open the shop's wallet", "开立商户钱包"],
  holder: ["Who holds it", "钱包持有人"],
  firm: ["A company", "企业"],
  firm_more: ["Limits by agreement with your operator.", "限额由运营机构约定。"],
  person: ["A person", "个人"],
  person_more: [
    "Class II: up to ¥500,000 in the wallet, ¥100,000 a day paid out.",
    "二类钱包：余额上限 50 万元，每日付款上限 10 万元。",
  ],
  legal_name: ["Name of the company", "企业名称"],
  credit_code: ["Unified social credit code", "统一社会信用代码"],
  credit_code_hint: ["18 letters and digits.", "18 位字母和数字。"],
  name: ["Your name", "姓名"],
  document: ["Identity document", "证件号码"],
  document_firm: ["Identity document of whoever acts for it", "经办人证件号码"],
  phone: ["Phone", "手机号"],
  account: ["Bank account", "银行账户"],
  account_hint: ["Where the takings go when you take them home.", "收款可提现至此账户。"],
  open: ["Open the wallet", "开立钱包"],
  opening: ["Your operator opens the wallet …", "运营机构正在开立钱包……"],
  failed: ["The wallet was not opened", "钱包未能开立"],
});

type Kind = "firm" | "person";
type Told = Readonly<Record<"who" | "creditCode" | "document" | "phone" | "account", string>>;

const NOTHING: Told = { who: "", creditCode: "", document: "", phone: "+86", account: "" };

/** The form; `open` opens the wallet, or goes on with an opening that was cut. */
export function OpeningForm({ open }: { open: (opening: Opening, shop: Shop) => Promise<void> }) {
  const [shop, setShop] = useState<Shop>({ name: "", city: "" });
  const [kind, choose] = useState<Kind>("firm");
  const [told, tell] = useState(NOTHING);
  const work = useWork();
  return (
    <Card title={t("title")}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          work.run(() => open(openingOf(kind, told), { name: shop.name.trim(), city: shop.city.trim() }));
        }}
      >
        <ShopFields shop={shop} onShop={setShop} />
        <Choices
          label={t("holder")}
          chosen={kind}
          onChoose={choose}
          options={[
            { name: "firm", label: t("firm"), more: t("firm_more") },
            { name: "person", label: t("person"), more: t("person_more") },
          ]}
        />
        <EvidenceFields kind={kind} told={told} onTold={tell} />
        {work.fault === undefined ? null : (
          <Notice kind="bad" title={t("failed")}>
            <p>{work.fault}</p>
          </Notice>
        )}
        {work.isBusy ? <Spinner label={t("opening")} /> : null}
        <Button look="main" size="large" wide submit busy={work.isBusy}>
          {t("open")}
        </Button>
      </form>
    </Card>
  );
}

function EvidenceFields({ kind, told, onTold }: { kind: Kind; told: Told; onTold: (told: Told) => void }) {
  const field = (name: keyof Told, label: string, hint?: string) => (
    <Field
      label={label}
      hint={hint}
      text={told[name]}
      kind={name === "phone" ? "tel" : "text"}
      required
      limit={140}
      onText={(text) => onTold({ ...told, [name]: text })}
    />
  );
  return (
    <>
      {field("who", kind === "firm" ? t("legal_name") : t("name"))}
      {kind === "firm" ? field("creditCode", t("credit_code"), t("credit_code_hint")) : null}
      {field("document", kind === "firm" ? t("document_firm") : t("document"))}
      {field("phone", t("phone"))}
      {field("account", t("account"), t("account_hint"))}
    </>
  );
}

function openingOf(kind: Kind, told: Told): Opening {
  const plain = (text: string) => text.replaceAll(/\s/g, "");
  const shared = {
    phone: plain(told.phone),
    document: plain(told.document).toUpperCase(),
    bankAccount: plain(told.account).toUpperCase(),
  };
  const who = told.who.trim();
  const evidence: Evidence =
    kind === "firm"
      ? { ...shared, legalName: who, creditCode: plain(told.creditCode).toUpperCase() }
      : { ...shared, name: who };
  return { walletClass: kind === "firm" ? "corporate" : "II", evidence, recovery: true };
}
