/**
 * Paying, in two taps: scan, then pay.
 *
 * 1. A code is scanned, or pasted, or a number is typed. What it means is judged by `reading`.
 * 2. What is no code of ours the operator reads: it answers with the request that the code means, which is judged again.
 * 3. The payer sees whom and how much, and pays. Under one name at most one payment is ever signed: a second tap, another
 *    page or a reload changes nothing.
 * 4. What became of it is said in words. Without an answer the payment is kept, and goes on by itself.
 */

import { useState } from "preact/hooks";
import type { Payment } from "../../shared/holder/types.ts";
import { Button } from "../../shared/ui/actions.tsx";
import { Field } from "../../shared/ui/fields.tsx";
import { phrases } from "../../shared/ui/i18n.ts";
import { Scanner } from "../../shared/ui/scanner.tsx";
import { Sheet } from "../../shared/ui/sheet.tsx";
import { Notice, Spinner } from "../../shared/ui/surfaces.tsx";
import { type Told, tell } from "../../shared/ui/troubles.ts";
import type { Purse, Seen } from "../purse.ts";
import { go } from "../views.ts";
import { Confirm } from "./confirm.tsx";
import { Paid } from "./paid.tsx";
import { type Payee, payeeOf } from "./payee.ts";
import { type Fault, type Reading, readCode } from "./reading.ts";

const t = phrases({
  pay: ["Pay", "付款"],
  confirm: ["Check, then pay", "确认付款"],
  end: ["Payment", "付款结果"],
  paste: ["Or paste a code, or type a wallet number", "或粘贴付款码、输入钱包编号"],
  go_on: ["Go on", "继续"],
  again: ["Scan again", "重新扫码"],
  asking: ["Asking your operator what this code means …", "正在向运营机构查询该码……"],
  nothing: ["Nothing was typed", "没有输入内容"],
  nothing_next: ["Scan a code, or paste its text.", "请扫码，或粘贴付款码文字。"],
  altered: ["This code was read badly, or somebody altered it", "二维码读取有误，或已被篡改"],
  altered_next: [
    "Nothing was paid. Scan it again, and ask for a new one if it stays so.",
    "未付款。请重新扫码；如仍不行，请让对方重新出示。",
  ],
  expired: ["This code has expired", "二维码已过期"],
  expired_next: ["Nothing was paid. Ask for a new one.", "未付款。请让对方重新生成。"],
  other_network: ["This code belongs to another currency", "该码属于另一货币网络"],
  other_network_next: ["Nothing was paid. Your wallet can pay in its own only.", "未付款。您的钱包只能在本网络付款。"],
  own: ["This is your own code", "这是您自己的收款码"],
  own_next: ["Let somebody else scan it, or scan somebody else's.", "请让他人扫描，或扫描他人的收款码。"],
  too_long: ["This is too long for a code", "内容过长，不是付款码"],
  too_long_next: ["Paste the code alone.", "请只粘贴付款码。"],
  wrong_digit: ["No wallet has this number", "没有这个钱包编号"],
  wrong_digit_next: [
    "A digit is wrong, or two were exchanged. Check all sixteen.",
    "有一位数字有误或顺序颠倒，请核对全部 16 位。",
  ],
  refund_of_others: ["This refund code is for another wallet", "该退款码属于其他收款方"],
  refund_of_others_next: ["Show it to whoever was paid.", "请向原收款方出示。"],
});

type Step =
  | Readonly<{ name: "scan" }>
  | Readonly<{ name: "asking" }>
  | Readonly<{ name: "fault"; told: Told }>
  | Readonly<{ name: "confirm"; payee: Payee }>
  | Readonly<{ name: "end"; payee: Payee; payment: Payment }>;

/** The sheet in which one pays. */
export function PaySheet({ purse, seen, onClose }: { purse: Purse; seen: Seen; onClose: () => void }) {
  const [step, setStep] = useState<Step>({ name: "scan" });
  const judge = async (text: string) => {
    setStep({ name: "asking" });
    setStep(await stepFor(purse, text).catch((error: unknown): Step => ({ name: "fault", told: tell(error) })));
  };
  const title = step.name === "confirm" ? t("confirm") : step.name === "end" ? t("end") : t("pay");
  return (
    <Sheet title={title} onClose={onClose}>
      {step.name === "scan" ? <Read onText={(text) => void judge(text)} /> : null}
      {step.name === "asking" ? <Spinner label={t("asking")} /> : null}
      {step.name === "fault" ? (
        <>
          <Notice kind="bad" title={step.told.title}>
            <p>{step.told.next}</p>
          </Notice>
          <Button look="main" wide icon="scan" onPress={() => setStep({ name: "scan" })}>
            {t("again")}
          </Button>
        </>
      ) : null}
      {step.name === "confirm" ? (
        <Confirm
          purse={purse}
          seen={seen}
          payee={step.payee}
          onPaid={(payment) => setStep({ name: "end", payee: step.payee, payment })}
        />
      ) : null}
      {step.name === "end" ? <Paid payee={step.payee} payment={step.payment} seen={seen} onDone={onClose} /> : null}
    </Sheet>
  );
}

// 1.
function Read({ onText }: { onText: (text: string) => void }) {
  const [text, setText] = useState("");
  const submitted = (event: Event) => {
    event.preventDefault();
    onText(text);
  };
  return (
    <>
      <Scanner onText={onText} />
      <form class="stack-close" onSubmit={submitted}>
        <Field label={t("paste")} limit={4_096} text={text} onText={setText} />
        <Button wide submit>
          {t("go_on")}
        </Button>
      </form>
    </>
  );
}

async function stepFor(purse: Purse, text: string): Promise<Step> {
  const { held } = purse;
  const reader = { wallet: held.wallet, network: held.operator.network, nowMs: held.now() };
  let reading = readCode(text, reader);
  // 2.
  if (reading.kind === "foreign") reading = readCode(await meaningOf(purse, reading.text), reader);
  return stepOf(purse, reading);
}

async function stepOf(purse: Purse, reading: Reading): Promise<Step> {
  switch (reading.kind) {
    case "fault":
      return { name: "fault", told: toldOf(reading.fault) };
    case "foreign":
      // What an operator answers is a request of ours, or nothing that may be paid.
      return { name: "fault", told: toldOf("altered") };
    case "refund":
      go("movement", reading.code.command);
      return { name: "asking" };
    default:
      return { name: "confirm", payee: await payeeOf(purse.held, reading) };
  }
}

async function meaningOf(purse: Purse, text: string): Promise<string> {
  const answer: unknown = await purse.held.ask("POST", "/v1/codes", { text });
  const meant: unknown = typeof answer === "object" && answer !== null ? Reflect.get(answer, "text") : null;
  return typeof meant === "string" ? meant : "";
}

function toldOf(fault: Fault): Told {
  return { title: t(fault), next: t(`${fault}_next`) };
}
