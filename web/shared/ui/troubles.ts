/**
 * What a code means to a person: what happened, and what to do. A code that is not here is shown with the words that came
 * with it.
 */

import { language, type Phrase } from "./i18n.ts";

/** What is said of a trouble. */
export type Told = Readonly<{ title: string; next: string }>;

/** Anything with a stable code, such as a `Trouble` or a refused payment. */
export type Coded = Readonly<{ code: string; detail?: string; nextStep?: string }>;

const TOLD: Readonly<Record<string, readonly [title: Phrase, next: Phrase]>> = {
  // Answers of the ledger, in its own order.
  payer_closed: [
    ["This wallet is closed", "钱包已注销"],
    ["Open another wallet.", "请开立新钱包。"],
  ],
  payer_frozen: [
    ["This wallet may not pay at the moment", "钱包已被冻结，暂不能付款"],
    ["Nothing was paid. Ask your operator why.", "未付款。请联系您的运营机构。"],
  ],
  amount_zero: [
    ["Nothing cannot be paid", "金额不能为零"],
    ["Type an amount.", "请输入金额。"],
  ],
  payer_is_receiver: [
    ["This is your own wallet", "这是您自己的钱包"],
    ["Pay somebody else.", "请选择其他收款方。"],
  ],
  operator_suspended: [
    ["Your operator may not exchange at the moment", "运营机构暂停兑换"],
    ["Payments go on. Try to exchange later.", "付款不受影响，请稍后再兑换。"],
  ],
  receiver_unknown: [
    ["No wallet has this number", "没有这个钱包编号"],
    ["Nothing was paid. Check the number.", "未付款。请核对编号。"],
  ],
  not_your_customer: [
    ["The operator does not know this wallet", "运营机构没有这个钱包"],
    ["Open the page of the operator where the wallet was opened.", "请使用开立钱包的运营机构页面。"],
  ],
  over_single_limit: [
    ["More than this wallet may pay at once", "超过单笔支付限额"],
    [
      "Nothing was paid. Pay less, or raise the class of your wallet in the settings.",
      "未付款。请减少金额，或在设置中升级钱包。",
    ],
  ],
  over_daily_limit: [
    ["More than this wallet may pay today", "超过今日支付限额"],
    [
      "Nothing was paid. Try after midnight in Shanghai, or raise the class of your wallet.",
      "未付款。请在次日再试，或升级钱包。",
    ],
  ],
  over_annual_limit: [
    ["More than this wallet may pay this year", "超过年度支付限额"],
    ["Nothing was paid. Raise the class of your wallet in the settings.", "未付款。请在设置中升级钱包。"],
  ],
  insufficient_funds: [
    ["There is not enough money in the wallet", "余额不足"],
    ["Nothing was paid. Exchange first, then pay again.", "未付款。请先兑出，再付款。"],
  ],
  receiver_cannot_accept: [
    ["The receiver cannot take this amount", "收款方暂不能收取这笔款项"],
    ["Nothing was paid. Ask the receiver.", "未付款。请联系收款方。"],
  ],
  expired: [
    ["The payment came too late", "付款已过期"],
    ["Nothing was paid and never will be. Pay again.", "未付款，也不会再付。请重新付款。"],
  ],
  never_processed: [
    ["The payment did not happen", "付款没有发生"],
    ["Nothing was paid and never will be. Pay again.", "未付款，也不会再付。请重新付款。"],
  ],
  // What an operator says.
  no_deposit_account: [
    ["No bank account is linked to this wallet", "钱包未绑定银行账户"],
    [
      "Raise the class of your wallet to II in the settings: it asks for an account.",
      "请在设置中升级为二类钱包并绑定银行账户。",
    ],
  ],
  insufficient_deposit: [
    ["There is not enough on your bank account", "银行账户余额不足"],
    ["Nothing was exchanged. Try a smaller amount.", "未兑换。请减少金额。"],
  ],
  bad_evidence: [
    ["The operator cannot take what was typed", "填写的资料有误"],
    ["Check phone, document and account, then try again.", "请核对手机号、证件号和银行账户后重试。"],
  ],
  refund_over_original: [
    ["More than is left of the payment", "超过可退金额"],
    ["Nothing was paid back. All refunds together are at most the payment.", "未退款。退款总额不能超过原付款。"],
  ],
  code_too_long: [
    ["This code is too long", "二维码内容过长"],
    ["Nothing was paid. Ask for another one.", "未付款。请让对方出示其他二维码。"],
  ],
  code_unreadable: [
    ["This code is none that can be paid", "无法识别的付款码"],
    ["Nothing was paid. Ask for a payment code.", "未付款。请让对方出示收款码。"],
  ],
  code_altered: [
    ["This code was read badly, or somebody altered it", "二维码读取有误，或已被篡改"],
    [
      "Nothing was paid. Scan it again, and ask for a new one if it stays so.",
      "未付款。请重新扫码；如仍不行，请让对方重新出示。",
    ],
  ],
  code_of_nobody: [
    ["No operator here has made this code", "没有运营机构生成过该二维码"],
    ["Nothing was paid. Ask for a payment code.", "未付款。请让对方出示收款码。"],
  ],
  other_network: [
    ["This code belongs to another currency", "该码属于另一货币网络"],
    ["Nothing was paid. Your wallet can pay in its own only.", "未付款。您的钱包只能在本网络付款。"],
  ],
  code_unknown: [
    ["Whoever gave out this code does not know it", "收款机构不认识该二维码"],
    ["Nothing was paid. Ask for a new code.", "未付款。请让对方重新生成二维码。"],
  ],
  code_expired: [
    ["This code has expired", "二维码已过期"],
    ["Nothing was paid. Ask for a new code.", "未付款。请让对方重新生成二维码。"],
  ],
  code_used: [
    ["This code was paid already", "该二维码已付款"],
    ["Nothing was paid now. Ask for a new code.", "本次未付款。请让对方重新生成二维码。"],
  ],
  operator_unreachable: [
    ["The other operator does not answer", "对方机构没有应答"],
    ["Nothing was paid. Try again in a moment.", "未付款。请稍后重试。"],
  ],
  // What the device itself sees.
  offline: [
    ["There is no network", "没有网络"],
    ["Nothing is lost. It goes on by itself when the network is back.", "不会丢失任何款项，网络恢复后自动继续。"],
  ],
  unavailable: [
    ["The service does not answer", "服务暂无应答"],
    ["Nothing is lost. Try again in a moment.", "不会丢失任何款项，请稍后重试。"],
  ],
  too_many_open: [
    ["Many payments have no answer yet", "有多笔付款尚无结果"],
    ["Wait until they have one.", "请等待结果后再付款。"],
  ],
  bad_receipt: [
    ["The receipt does not hold", "回执验证失败"],
    ["It proves nothing. Tell your operator.", "该回执不能作为凭证，请联系运营机构。"],
  ],
  unproven_answer: [
    ["The ledger said yes, and brought no proof", "账本答复缺少证明"],
    ["The payment stays open. If it stays so, tell your operator.", "付款仍待确认。如长时间无结果，请联系运营机构。"],
  ],
  bad_recovery_code: [
    ["This code does not open this wallet", "恢复码与钱包不符"],
    ["Check number and code against the paper, letter by letter.", "请逐字核对编号和恢复码。"],
  ],
  unknown_wallet: [
    ["No wallet with this number has this recovery code", "钱包编号与恢复码不符"],
    [
      "Check number and code, and that this is the page of the same operator.",
      "请核对编号和恢复码，并确认是同一运营机构。",
    ],
  ],
  bad_request_signature: [
    ["The operator does not know this key", "运营机构不认识此密钥"],
    [
      "Check number and code, and that this is the page of the same operator.",
      "请核对编号和恢复码，并确认是同一运营机构的页面。",
    ],
  ],
  idempotency_key_reused: [
    ["This was ordered already, with another content", "该指令已以其他内容提交"],
    ["Look into the history before you order it again.", "请先查看明细，再重新操作。"],
  ],
  insecure_page: [
    ["A wallet needs a protected page", "钱包需要安全的页面"],
    ["Open it by https://, or on the machine itself.", "请通过 https:// 打开，或在本机打开。"],
  ],
  browser_too_old: [
    ["This browser cannot keep a wallet", "浏览器版本过旧"],
    ["Use a newer one.", "请更新浏览器。"],
  ],
  no_memory: [
    ["This browser keeps nothing", "浏览器无法保存数据"],
    ["Allow it to keep data for this page, and leave private browsing.", "请允许本页面保存数据，并退出无痕模式。"],
  ],
  strange_answer: [
    ["The service answered what this page does not understand", "服务答复无法识别"],
    ["Nothing is lost. Load the page anew.", "不会丢失任何款项，请刷新页面。"],
  ],
  taken_out: [
    ["This device may not use the wallet any more", "本设备已无权使用该钱包"],
    [
      "Another device has taken it out. Recover the wallet here if that was not you.",
      "其他设备已将其移除。如非本人操作，请恢复钱包。",
    ],
  ],
};

/** Return what is said of a trouble; of an error without a code, that it may be tried again. */
export function tell(trouble: unknown): Told {
  const coded = isCoded(trouble) ? trouble : { code: "unavailable" };
  const known = TOLD[coded.code];
  const at = language() === "en" ? 0 : 1;
  if (known !== undefined) return { title: known[0][at], next: known[1][at] };
  return { title: coded.detail || coded.code, next: coded.nextStep ?? "" };
}

function isCoded(trouble: unknown): trouble is Coded {
  return typeof trouble === "object" && trouble !== null && "code" in trouble && typeof trouble.code === "string";
}
