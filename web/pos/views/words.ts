/** What went wrong, in words of a shop: what happened, and what to do. */

import { Trouble } from "../../shared/holder/trouble.ts";
import { BadRequest } from "../../shared/protocol/codes.ts";
import { BadWalletId } from "../../shared/protocol/ids.ts";
import { BadPairingCode } from "../../shared/protocol/pairing_codes.ts";
import { BadRefundCode } from "../../shared/protocol/refund_codes.ts";
import { BadSlot } from "../../shared/protocol/slots.ts";
import { type Phrase, phrases } from "../../shared/ui/i18n.ts";
import { tell } from "../../shared/ui/troubles.ts";

const TABLE = {
  bad_request: [
    "The shop's name has 1 to 25 characters, the city 1 to 15. Mend them under Shop.",
    "商户名称须为 1–25 个字，城市须为 1–15 个字。请在“商户”中修改。",
  ],
  bad_refund_code: [
    "This is no refund code of ours. Let the customer open the payment again and show the code.",
    "这不是本系统的退款码。请顾客重新打开该笔付款并出示退款码。",
  ],
  bad_pairing_code: [
    "A pairing code has 12 letters and digits. Read it off the new till again.",
    "配对码为 12 位字母和数字，请再看一遍新收银台上的配对码。",
  ],
  bad_wallet_id: [
    "No wallet has this number: a digit is wrong. Compare it with the shop's first till.",
    "没有这个钱包编号：有一位数字不对，请与第一个收银台核对。",
  ],
  foreign_code: ["This code is of another network.", "这是其他网络的码。"],
  other_shop: ["This payment went to another shop.", "这笔付款不是付给本店的。"],
  other_payment: ["The ledger knows no such payment to this shop.", "账本中没有付给本店的这笔付款。"],
  no_such_place: ["The ledger knows no such payment to this shop.", "账本中没有付给本店的这笔付款。"],
  bad_receipt: [
    "The ledger's proof does not hold. Hand nothing over, and tell your operator.",
    "账本的凭证验证失败。请勿交付商品，并联系运营机构。",
  ],
  refund_over_original: [
    "All refunds together would be more than the payment. Refund less.",
    "退款合计超过了原付款金额，请减少退款。",
  ],
  original_not_settled: ["This payment has not settled.", "这笔付款尚未完成。"],
  insufficient_funds: [
    "There is less than this in the shop's wallet. Refund less, or later.",
    "商户钱包余额不足，请减少退款或稍后再退。",
  ],
  receiver_cannot_accept: [
    "The customer's wallet cannot take this money: it is closed or full. Ask the customer.",
    "顾客的钱包无法收款（已关闭或已达上限），请与顾客联系。",
  ],
  taken_out: [
    "This till was taken out of the shop: it shows nothing any more. Cleared, it can join a shop again.",
    "此收银台已被移出本店，不再显示任何信息。清除后可重新加入商户。",
  ],
  pairing_unknown: [
    "No till waits with this code. Look at the new till: it must still show the code.",
    "没有收银台在等待此配对码。请确认新收银台仍在显示配对码。",
  ],
  other_key: [
    "The operator told another till's key than the code says. Nobody was let in; tell your operator.",
    "运营机构返回的密钥与配对码不符，未添加任何收银台，请联系运营机构。",
  ],
  no_slot: ["Four tills hold this wallet already. Take one out first.", "此钱包已有四个收银台，请先移出一个。"],
  already_in: ["This till is in already.", "该收银台已在本店中。"],
  other_policy: [
    "This wallet is guarded by a policy of its own: tills cannot be changed here.",
    "此钱包使用自定义策略，无法在这里变更收银台。",
  ],
  last_device: ["The last till stays.", "最后一个收银台不能移出。"],
  no_such_device: ["That till is out already.", "该收银台已不在本店中。"],
  evidence_declined: ["The operator did not accept what you entered.", "运营机构未接受所填信息。"],
  evidence_insufficient: ["This is not enough for such a wallet.", "所填信息不足以开立此类钱包。"],
  not_admitted: ["This operator opens no wallets. Ask another one.", "该运营机构尚未开办业务，请选择其他运营机构。"],
  stale: ["Another till has changed this meanwhile. Try again.", "其他收银台刚刚作了修改，请重试。"],
  both: ["{title}. {next}", "{title}。{next}"],
  unavailable: ["No answer from the network. Nothing is lost; try again.", "网络没有响应。没有任何损失，请重试。"],
  unexpected: ["Something went wrong. Nothing is lost; try again.", "出现问题。没有任何损失，请重试。"],
} as const satisfies Record<string, Phrase>;

const t = phrases(TABLE);

/** Return what a person reads of an error: what is particular to a shop, else what every page says of its code. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Trouble)) return t(codeOf(error));
  if (Object.hasOwn(TABLE, error.code)) return t(error.code as keyof typeof TABLE);
  const { title, next } = tell(error);
  return next === "" ? title : t("both", { title, next });
}

function codeOf(error: unknown): keyof typeof TABLE {
  if (error instanceof BadRequest) return "bad_request";
  if (error instanceof BadRefundCode) return "bad_refund_code";
  if (error instanceof BadPairingCode) return "bad_pairing_code";
  if (error instanceof BadWalletId) return "bad_wallet_id";
  return error instanceof BadSlot ? error.code : "unexpected";
}
