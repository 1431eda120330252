/** What a class of wallet asks for, as a form: for the first wallet and for a better class. */

import { useState } from "preact/hooks";
import type { Evidence, WalletClassName } from "../../shared/holder/types.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { Choices, Field } from "../../shared/ui/fields.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Notice } from "../../shared/ui/surfaces.tsx";
import { tell } from "../../shared/ui/troubles.ts";
import { CLASSES, className } from "./classes.ts";

const t = phrases({
  class: ["Which wallet?", "选择钱包类别"],
  IV_more: [
    "A phone number is enough, and shops see no name. For small amounts.",
    "只需手机号，对商户匿名，适合小额支付。",
  ],
  III_more: ["Name and identity document, for more.", "需姓名与身份证件，限额更高。"],
  II_more: ["With a bank account: exchange and redeem, for large amounts.", "绑定银行账户，可兑出兑回，限额大。"],
  phone: ["Phone number", "手机号"],
  phone_hint: ["With the country's code, such as +8613800000001", "请带国家代码，例如 +8613800000001"],
  name: ["Name as in the document", "姓名（与证件一致）"],
  document: ["Number of the identity document", "证件号码"],
  account: ["Number of the bank account", "银行账号"],
  missing: ["This is needed for the class.", "该类别需要填写此项。"],
  bad_phone: ["A phone number is + and 8 to 15 digits.", "手机号为 + 加 8 至 15 位数字。"],
  simulated: [
    "In a currency on your own machine nobody looks at real papers: type what you like.",
    "本机运行的货币不核验真实证件，可随意填写。",
  ],
});

/** The class that is chosen and the evidence for it. */
export type Shown = Readonly<{ walletClass: WalletClassName; evidence: Evidence }>;

const PHONE = /^\+[0-9]{8,15}$/;

/** The form; `onShow` gets what was typed when nothing is missing. */
export function EvidenceForm({
  classes = CLASSES,
  action,
  busy,
  trouble,
  onShow,
}: {
  classes?: readonly WalletClassName[];
  /** What the button says. */
  action: string;
  busy: boolean;
  trouble: unknown;
  onShow: (shown: Shown) => void;
}) {
  const [walletClass, setClass] = useState<WalletClassName>(classes.at(-1) ?? "II");
  const [typed, setTyped] = useState({ phone: "", name: "", document: "", bankAccount: "" });
  const [judged, setJudged] = useState(false);
  const wanted = fieldsOf(walletClass);
  const faults = judged ? faultsOf(typed, wanted) : {};
  const set = (field: keyof typeof typed) => (text: string) => setTyped({ ...typed, [field]: text });
  const submitted = (event: Event) => {
    event.preventDefault();
    setJudged(true);
    if (busy || Object.keys(faultsOf(typed, wanted)).length > 0) return;
    const evidence = Object.fromEntries(wanted.map((field) => [field, typed[field].trim()]));
    onShow({ walletClass, evidence: { phone: typed.phone.trim(), ...evidence } });
  };
  return (
    <form class="stack" onSubmit={submitted} noValidate>
      <Choices
        label={t("class")}
        options={classes.map((name) => ({ name, label: className(name), more: moreOf(name) }))}
        chosen={walletClass}
        onChoose={setClass}
      />
      <Field
        label={t("phone")}
        kind="tel"
        name="phone"
        autocomplete="tel"
        limit={20}
        hint={t("phone_hint")}
        text={typed.phone}
        onText={set("phone")}
        fault={faults.phone}
      />
      {wanted.includes("name") ? (
        <Field
          label={t("name")}
          name="name"
          autocomplete="name"
          limit={64}
          text={typed.name}
          onText={set("name")}
          fault={faults.name}
        />
      ) : null}
      {wanted.includes("document") ? (
        <Field
          label={t("document")}
          name="document"
          limit={32}
          text={typed.document}
          onText={set("document")}
          fault={faults.document}
        />
      ) : null}
      {wanted.includes("bankAccount") ? (
        <Field
          label={t("account")}
          name="account"
          kind="decimal"
          limit={32}
          text={typed.bankAccount}
          onText={set("bankAccount")}
          fault={faults.bankAccount}
        />
      ) : null}
      <p class="soft small">{t("simulated")}</p>
      {trouble === null ? null : (
        <Notice kind="bad" title={tell(trouble).title}>
          <p>{tell(trouble).next}</p>
        </Notice>
      )}
      <Button look="main" size="large" wide submit busy={busy}>
        {action}
      </Button>
    </form>
  );
}

type FieldName = "phone" | "name" | "document" | "bankAccount";

function fieldsOf(walletClass: WalletClassName): readonly FieldName[] {
  if (walletClass === "IV") return ["phone"];
  return walletClass === "III" ? ["phone", "name", "document"] : ["phone", "name", "document", "bankAccount"];
}

function faultsOf(typed: Record<FieldName, string>, wanted: readonly FieldName[]): Partial<Record<FieldName, string>> {
  const missing = wanted.filter((field) => typed[field].trim() === "").map((field) => [field, t("missing")] as const);
  const badPhone =
    typed.phone.trim() !== "" && !PHONE.test(typed.phone.trim()) ? [["phone", t("bad_phone")] as const] : [];
  return Object.fromEntries([...missing, ...badPhone]);
}

function moreOf(name: WalletClassName): string | undefined {
  return name === "IV" || name === "III" || name === "II" ? t(`${name}_more`) : undefined;
}
