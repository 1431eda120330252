/** What the shop is called, asked alone: its wallet is here, and its name is not. */

import { useState } from "preact/hooks";
import { Button } from "../../../shared/ui/actions.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Card, Notice } from "../../../shared/ui/surfaces.tsx";
import type { Shop } from "../../book.ts";
import { useWork } from "../drawing.ts";
import { ShopFields } from "./shop_fields.tsx";

const t = phrases({
  title: ["What is the shop called?", "请填写商户名称"],
  go: ["Go on", "继续"],
});

export function ShopForm({ onNamed }: { onNamed: (shop: Shop) => Promise<void> }) {
  const [shop, setShop] = useState<Shop>({ name: "", city: "" });
  const work = useWork();
  return (
    <Card title={t("title")}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          work.run(() => onNamed({ name: shop.name.trim(), city: shop.city.trim() }));
        }}
      >
        <ShopFields shop={shop} onShop={setShop} />
        {work.fault === undefined ? null : <Notice kind="bad" title={work.fault} />}
        <Button look="main" size="large" wide submit busy={work.isBusy}>
          {t("go")}
        </Button>
      </form>
    </Card>
  );
}
