/** Names that stand nowhere in the figures: operators by their numbers, and cities by their codes of GB/T 2260. */

import { phrases } from "../shared/ui/i18n.ts";

const OPERATORS = {
  "001": ["Industrial and Commercial Bank", "工商银行"],
  "002": ["Agricultural Bank", "农业银行"],
  "003": ["Bank of China", "中国银行"],
  "004": ["Construction Bank", "建设银行"],
  "005": ["Alibaba", "阿里巴巴"],
  "006": ["Tencent", "腾讯"],
  "007": ["UnionPay", "银联"],
  "008": ["Eighth operator", "第八家运营机构"],
} as const;

// The pilot's cities and the largest others; whatever else is reported stands there by its code.
const CITIES = {
  "000000": ["Elsewhere", "其他地区"],
  "110000": ["Beijing", "北京"],
  "120000": ["Tianjin", "天津"],
  "310000": ["Shanghai", "上海"],
  "320100": ["Nanjing", "南京"],
  "320500": ["Suzhou", "苏州"],
  "330100": ["Hangzhou", "杭州"],
  "420100": ["Wuhan", "武汉"],
  "440100": ["Guangzhou", "广州"],
  "440300": ["Shenzhen", "深圳"],
  "500000": ["Chongqing", "重庆"],
  "510100": ["Chengdu", "成都"],
  "610100": ["Xi'an", "西安"],
} as const;

const operators = phrases(OPERATORS);
const cities = phrases(CITIES);
const other = phrases({ operator: ["Operator {number}", "运营机构 {number}"], city: ["City {code}", "城市 {code}"] });

/** Return what people call an operator; `number` has three digits. */
export function operatorName(number: string): string {
  return Object.hasOwn(OPERATORS, number) ? operators(number as keyof typeof OPERATORS) : other("operator", { number });
}

/** Return what people call a city. */
export function cityName(code: string): string {
  return Object.hasOwn(CITIES, code) ? cities(code as keyof typeof CITIES) : other("city", { code });
}

/** Return a wallet's number as people read it: `001 234567890123 1`. */
export function spaced(wallet: string): string {
  return wallet.replace(/^([0-9]{3})([0-9]{12})([0-9])$/, "$1 $2 $3");
}
