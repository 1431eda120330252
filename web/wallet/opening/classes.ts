/** The classes of wallets and the operators, by the names that people read. */

import type { WalletClassName } from "../../shared/holder/types.ts";
import { phrases } from "../../shared/ui/i18n.ts";

const t = phrases({
  I: ["Class I", "一类钱包"],
  II: ["Class II", "二类钱包"],
  III: ["Class III", "三类钱包"],
  IV: ["Class IV", "四类钱包"],
  corporate: ["Firm", "对公钱包"],
  icbc: ["ICBC", "工商银行"],
  abc: ["Agricultural Bank", "农业银行"],
  boc: ["Bank of China", "中国银行"],
  ccb: ["Construction Bank", "建设银行"],
  alipay: ["Alipay", "支付宝"],
  wechat: ["WeChat Pay", "微信支付"],
  unionpay: ["UnionPay", "银联"],
});

const OPERATORS = ["icbc", "abc", "boc", "ccb", "alipay", "wechat", "unionpay"] as const;

/** Those that can be opened from afar, the lightest first; class I is opened at a counter. */
export const CLASSES: readonly WalletClassName[] = ["IV", "III", "II"];

/** Return what a class is called. */
export function className(name: WalletClassName): string {
  return t(name);
}

/** Return what an operator is called; its own name where it is none of the seven. */
export function operatorName(name: string): string {
  const known = OPERATORS.find((operator) => operator === name);
  return known === undefined ? name : t(known);
}
