/** What people call a shop, as it stands on its codes. */

import { MAX_CITY, MAX_NAME } from "../../../shared/protocol/codes.ts";
import { Field } from "../../../shared/ui/fields.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import type { Shop } from "../../book.ts";

const t = phrases({
  name: ["Name of the shop", "商户名称"],
  name_hint: ["Customers see it before they pay, at most 25 characters.", "顾客付款前会看到，最多 25 个字。"],
  city: ["City", "城市"],
});

export function ShopFields({ shop, onShop }: { shop: Shop; onShop: (shop: Shop) => void }) {
  return (
    <>
      <Field
        label={t("name")}
        hint={t("name_hint")}
        text={shop.name}
        limit={MAX_NAME}
        required
        autocomplete="organization"
        onText={(name) => onShop({ ...shop, name })}
      />
      <Field
        label={t("city")}
        text={shop.city}
        limit={MAX_CITY}
        required
        autocomplete="address-level2"
        onText={(city) => onShop({ ...shop, city })}
      />
    </>
  );
}
