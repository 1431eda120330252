/** What payers see when they scan the holder's code. */

import { useState } from "preact/hooks";
import { MAX_CITY, MAX_NAME } from "../../shared/protocol/codes.ts";
import type { WalletId } from "../../shared/protocol/ids.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { Field } from "../../shared/ui/fields.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Card, Notice } from "../../shared/ui/surfaces.tsx";
import { keepShown, shown } from "../memory.ts";

const t = phrases({
  title: ["What payers see", "付款人看到的信息"],
  name: ["Name, up to 25 letters", "名称（最多 25 字）"],
  city: ["City, up to 15 letters", "城市（最多 15 字）"],
  missing: ["Type at least one letter.", "请至少输入一个字。"],
  keep: ["Keep", "保存"],
  kept: ["Your code says this from now on", "收款码已更新"],
});

/** The card with name and city. */
export function ShownCard({ wallet }: { wallet: WalletId }) {
  const [words, setWords] = useState(() => shown(wallet));
  const [kept, setKept] = useState(false);
  const set = (field: "name" | "city") => (text: string) => {
    setKept(false);
    setWords({ ...words, [field]: text });
  };
  const trimmed = { name: words.name.trim(), city: words.city.trim() };
  const submitted = (event: Event) => {
    event.preventDefault();
    if (trimmed.name === "" || trimmed.city === "") return;
    keepShown(wallet, trimmed);
    setKept(true);
  };
  return (
    <Card title={t("title")}>
      <form class="stack" onSubmit={submitted} noValidate>
        <Field
          label={t("name")}
          limit={MAX_NAME}
          text={words.name}
          onText={set("name")}
          fault={trimmed.name === "" ? t("missing") : undefined}
        />
        <Field
          label={t("city")}
          limit={MAX_CITY}
          text={words.city}
          onText={set("city")}
          fault={trimmed.city === "" ? t("missing") : undefined}
        />
        <Button look="main" submit>
          {t("keep")}
        </Button>
        {kept ? <Notice kind="good" title={t("kept")} /> : null}
      </form>
    </Card>
  );
}
