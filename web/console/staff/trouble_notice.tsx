/** What did not work, in words for whoever works there: what happened, and what to do. */

import type { Trouble } from "../../shared/holder/trouble.ts";
import { phrases } from "../../shared/ui/i18n.ts";
import { Notice } from "../../shared/ui/surfaces.tsx";
import { tell } from "../../shared/ui/troubles.ts";

// What staff meet: of each code what happened, and what to do. All other codes are told as they are told to everybody.
const t = phrases({
  invitation_unknown: ["This link was never given out.", "该链接从未签发。"],
  invitation_used: ["This link has been used: it works once.", "该链接已被使用：只能使用一次。"],
  invitation_expired: ["This link has expired: it works for a quarter of an hour.", "该链接已过期：有效期为 15 分钟。"],
  admission_ended: ["Your day at this screen is over.", "您在此页面的工作时段已结束。"],
  unreachable: ["The service does not answer.", "服务没有响应。"],
  bad_request_signature: ["The signature of this page does not count here.", "本页面的签名在此无效。"],
  insecure_page: ["A browser keeps a key for a protected page only.", "浏览器仅为安全页面保存密钥。"],
  browser_too_old: ["This browser makes no keys of the kind that is needed.", "本浏览器不支持所需的密钥类型。"],
  no_memory: ["This browser keeps nothing for the page.", "本浏览器不为该页面保存数据。"],
  open_safely: ["Open it by https://, or on the machine itself.", "请通过 https:// 打开，或在本机打开。"],
  use_newer: ["Use a newer browser.", "请使用新版浏览器。"],
  let_keep: ["Leave the private window, or let this site keep data.", "请退出无痕窗口，或允许本站保存数据。"],
  ask_anew: [
    "Ask whoever has the institution's certificate for another link.",
    "请向持有本机构证书的人员索取新的链接。",
  ],
  see_network: ["See to the network, then load the page again.", "请检查网络后重新加载页面。"],
  see_address: ["Open the page under the very address that the link names.", "请使用链接中的原始地址打开本页面。"],
  not_your_customer: ["No customer of this operator has this wallet.", "本运营机构的客户中没有该钱包。"],
  check_number: [
    "Check the number: it has 16 digits, the last of which checks the others.",
    "请核对号码：共 16 位，末位为校验位。",
  ],
  bad_search: ["Type one thing, in full.", "请完整输入一项。"],
  bad_basis: [
    "A freeze needs a legal basis: its reference, 1 to 128 characters.",
    "冻结必须有法律依据：请填写文书编号（1–128 字）。",
  ],
  write_basis: ["Type the reference of the decision.", "请填写决定书编号。"],
  day_not_over: ["That day is not over yet.", "该日尚未结束。"],
  next_day: ["Choose a day that has ended.", "请选择已结束的日期。"],
});

type Told = Parameters<typeof t>[0];

const NEXT: ReadonlyMap<string, Told> = new Map<string, Told>(
  Object.entries({
    insecure_page: "open_safely",
    browser_too_old: "use_newer",
    no_memory: "let_keep",
    invitation_unknown: "ask_anew",
    invitation_used: "ask_anew",
    invitation_expired: "ask_anew",
    admission_ended: "ask_anew",
    unreachable: "see_network",
    bad_request_signature: "see_address",
    not_your_customer: "check_number",
    bad_search: "check_number",
    bad_basis: "write_basis",
    day_not_over: "next_day",
  } satisfies Record<string, Told>),
);

/** Something that did not work. */
export function TroubleNotice({ trouble }: { trouble: Trouble }) {
  const next = NEXT.get(trouble.code);
  const told = next === undefined ? tell(trouble) : { title: t(trouble.code as Told), next: t(next) };
  return (
    <Notice kind="bad" title={told.title}>
      <p>{told.next}</p>
    </Notice>
  );
}
