/** The shop: its name on the codes, its money, its tills. */

import { useState } from "preact/hooks";
import { Button } from "../../../shared/ui/actions.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Card, Notice } from "../../../shared/ui/surfaces.tsx";
import type { Till } from "../../till.ts";
import { ShopFields } from "../coming/shop_fields.tsx";
import { useWork } from "../drawing.ts";
import { MoneyCard } from "./money_card.tsx";
import { TillsCard } from "./tills_card.tsx";

const t = phrases({
  about: ["Shop", "商户"],
  keep: ["Save", "保存"],
  kept: ["Saved: it stands on the next code.", "已保存，下一个收款码即生效。"],
});

export function ShopView({ till }: { till: Till }) {
  return (
    <div class="grid-2 shop">
      <div class="stack">
        <MoneyCard till={till} />
        <About till={till} />
      </div>
      <TillsCard till={till} />
    </div>
  );
}

function About({ till }: { till: Till }) {
  const [shop, setShop] = useState(till.shop);
  const [isKept, setKept] = useState(false);
  const work = useWork();
  return (
    <Card title={t("about")}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          work.run(async () => {
            await till.rename({ name: shop.name.trim(), city: shop.city.trim() });
            setKept(true);
          });
        }}
      >
        <ShopFields
          shop={shop}
          onShop={(changed) => {
            setShop(changed);
            setKept(false);
          }}
        />
        {work.fault === undefined ? null : <Notice kind="bad" title={work.fault} />}
        {isKept ? <Notice kind="good" title={t("kept")} /> : null}
        <Button submit busy={work.isBusy} disabled={shop.name.trim() === "" || shop.city.trim() === ""}>
          {t("keep")}
        </Button>
      </form>
    </Card>
  );
}
