/** A customer shows the code of a payment that he would have back: it is read, and the ledger's receipt is believed. */

import { useState } from "preact/hooks";
import type { Movement } from "../../../shared/holder/types.ts";
import { Button } from "../../../shared/ui/actions.tsx";
import { Field } from "../../../shared/ui/fields.tsx";
import { phrases } from "../../../shared/ui/i18n.ts";
import { Scanner } from "../../../shared/ui/scanner.tsx";
import { Sheet } from "../../../shared/ui/sheet.tsx";
import { Spinner } from "../../../shared/ui/surfaces.tsx";
import type { Till } from "../../till.ts";
import { useWork } from "../drawing.ts";
import { PaymentSheet } from "./payment_sheet.tsx";

const t = phrases({
  title: ["A customer's refund code", "顾客退款码"],
  scan: ["Scan it with the camera", "用相机扫码"],
  text: ["Refund code", "退款码"],
  hint: [
    "The customer's wallet shows it at the payment. A hand scanner types it here.",
    "顾客可在钱包的付款详情中出示。扫码枪可直接录入。",
  ],
  find: ["Find the payment", "查找付款"],
  looking: ["Asking the ledger for its proof …", "正在向账本核实……"],
});

export function RefundCodeSheet({ till, onClose }: { till: Till; onClose: () => void }) {
  const [text, setText] = useState("");
  const [isScanning, scan] = useState(false);
  const [found, find] = useState<Movement | null>(null);
  const work = useWork();
  const look = (code: string) => work.run(async () => find(await till.paymentOf(code)));
  if (found !== null) return <PaymentSheet till={till} payment={found} onClose={onClose} />;
  const scanned = (code: string) => {
    scan(false);
    setText(code);
    look(code);
  };
  return (
    <Sheet title={t("title")} onClose={onClose}>
      {isScanning ? (
        <Scanner onText={scanned} />
      ) : (
        <Button icon="scan" wide onPress={() => scan(true)}>
          {t("scan")}
        </Button>
      )}
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          look(text);
        }}
      >
        <Field label={t("text")} hint={t("hint")} fault={work.fault} text={text} onText={setText} kind="lines" />
        {work.isBusy ? <Spinner label={t("looking")} /> : null}
        <Button look="main" size="large" wide submit disabled={text.trim() === ""} busy={work.isBusy}>
          {t("find")}
        </Button>
      </form>
    </Sheet>
  );
}
