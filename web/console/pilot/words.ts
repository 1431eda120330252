/** The words of the pilot's page. */

import { type Phrase, phrases } from "../../shared/ui/i18n.ts";

/** The page's own words. */
export const t = phrases({
  pilot: ["Pilot", "试点"],
  live: ["Live", "实时"],
  not_live: ["No word", "暂无消息"],
  waiting: ["Asking the central bank…", "正在询问中央银行…"],
  none: [
    "No pilot has begun here. Whoever runs the currency plays one: dcep pilot --data DIR",
    "这里还没有试点。运行货币的人可以启动：dcep pilot --data DIR",
  ],
  phase_1: ["Phase 1", "第一阶段"],
  phase_2: ["Phase 2", "第二阶段"],
  gate: ["The gate", "准入关"],
  few: ["A fifth of the people, two cities", "两座城市，五分之一的人"],
  all: ["Everybody, and red envelopes", "全部居民，并派发红包"],
  wanted_before: ["Told before, judged by the signed board", "事先公布，依据已签名的记分牌判定"],
  to_come: ["To come", "尚未开始"],
  goes_on: ["Goes on", "进行中"],
  ended: ["Has ended", "已结束"],
  passed: ["Passed", "已通过"],
  shut: ["Not passed", "未通过"],
  race: ["The operators' race", "运营机构赛马"],
  race_caption: ["Phase {phase}, as of {time}", "第{phase}阶段，截至 {time}"],
  operator: ["Operator", "运营机构"],
  points: ["Points", "得分"],
  in_use: ["Wallets in use", "活跃钱包"],
  kept: ["As the rules say", "符合规则"],
  payments: ["Payments 50 / 95 %", "支付耗时 50 / 95%"],
  orders: ["Orders 50 / 95 %", "业务耗时 50 / 95%"],
  cost: ["Cost each", "单笔成本"],
  conflicts: ["Conflicts", "冲突"],
  moved: ["Moved", "交易额"],
  of: ["{part} of {whole}", "{part} / {whole}"],
  ms: ["{ms} ms", "{ms} 毫秒"],
  race_more: [
    "A point for each other operator that one is not behind, in six races: wallets in use, answers, payments, orders, cost and conflicts. Cost is processor time of the operator for each movement.",
    "六项比赛：活跃钱包、应答、支付、业务、成本、冲突。每不落后于一家机构得一分。成本为机构处理每笔变动所用的处理器时间。",
  ],
  steps_chart: ["Steps a second", "每秒步骤数"],
  time_chart: ["Payments, 95 of 100 within", "95% 支付耗时"],
  points_chart: ["Points", "得分"],
  charts: ["How it goes", "进展"],
  criterion: ["What is wanted", "要求"],
  seen: ["Seen", "实际"],
  wanted: ["Wanted", "标准"],
  held: ["Held", "达标"],
  yes: ["Yes", "是"],
  no: ["No", "否"],
  gate_caption: ["Judged by the board of phase {phase}", "依据第{phase}阶段的记分牌判定"],
  gate_not_yet: [
    "Not judged before phase 1 has ended: this is how it would stand.",
    "第一阶段结束前不作判定：以下为当前情况。",
  ],
  draw: ["Red envelopes", "红包抽签"],
  draw_none: ["The draw comes with phase 2: nothing is committed to yet.", "抽签在第二阶段进行：尚未作出承诺。"],
  draw_committed: [
    "The office is bound: {winners} of {tickets} tickets will win {amount} yuan each, by frame {frame} of the ledger, which nobody knew then.",
    "办公室已受约束：{tickets} 张签中将抽出 {winners} 张，每张 {amount} 元，由账本第 {frame} 帧决定，当时无人知晓。",
  ],
  draw_shown: [
    "{winners} of {tickets} tickets have won {amount} yuan each. Anybody draws the same ones: dcep pilot draw FILE",
    "{tickets} 张签中抽出 {winners} 张，每张 {amount} 元。任何人都能抽出相同结果：dcep pilot draw FILE",
  ],
  committed_at: ["Committed to", "承诺时间"],
  shown_at: ["Shown", "公布时间"],
  tickets: ["Tickets", "签数"],
  winners: ["Winners", "中签"],
  download_draw: ["Download the draw", "下载抽签文件"],
  find_ticket: ["Your ticket", "您的签号"],
  find_hint: ["64 hex digits, as the pilot office gave it out", "64 位十六进制数字，由试点办公室发放"],
  has_won: ["This ticket has won.", "此签已中。"],
  has_not_won: ["This ticket has not won.", "此签未中。"],
  bad_ticket: ["A ticket has 64 hex digits: look again.", "签号为 64 位十六进制数字，请核对。"],
  proof: ["Do not believe it", "不必轻信"],
  proof_more: [
    "The board is signed by the pilot office, and says from which movements of the ledger and which attempts of the wallets it was made. Check it: dcep pilot board FILE",
    "记分牌由试点办公室签名，并写明依据账本的哪些变动和钱包的哪些尝试。核对：dcep pilot board FILE",
  ],
  movements: ["Movements", "变动数"],
  frame: ["Up to frame", "截至帧"],
  law: ["The law of the supply", "发行量定律"],
  holds: ["Holds", "成立"],
  broken: ["Is broken", "被破坏"],
  balances: ["Every balance is its movements", "余额等于变动之和"],
  not_looked: ["Looked at when the phase ends", "阶段结束时核对"],
  download_board: ["Download the signed board", "下载已签名的记分牌"],
});

const CRITERIA: Readonly<Record<string, Phrase>> = {
  "the phase has ended": ["The phase has ended", "阶段已结束"],
  "the law of the supply holds": ["The law of the supply holds", "发行量定律成立"],
  "every balance is the sum of its movements": ["Every balance is the sum of its movements", "余额等于变动之和"],
  "operators that took part": ["Operators that took part", "参与的运营机构"],
  "wallets in use, at each": ["Wallets in use, at each operator", "每家机构的活跃钱包"],
  "answers as the rules say, at each": ["Answers as the rules say, at each", "每家机构符合规则的应答"],
  conflicts: ["Conflicts", "冲突"],
  "payments, 95 of 100 within": ["Payments, 95 of 100 within", "95% 支付耗时不超过"],
  "orders, 95 of 100 within": ["Orders, 95 of 100 within", "95% 业务耗时不超过"],
};
// A chart has little room below a bar.
const SHORT: Readonly<Record<string, Phrase>> = {
  "001": ["ICBC", "工行"],
  "002": ["ABC", "农行"],
  "003": ["BOC", "中行"],
  "004": ["CCB", "建行"],
  "005": ["Alibaba", "阿里"],
  "006": ["Tencent", "腾讯"],
  "007": ["UnionPay", "银联"],
};
const VALUES: Readonly<Record<string, Phrase>> = { yes: ["yes", "是"], no: ["no", "否"], none: ["none", "无"] };

const criteria = phrases(CRITERIA);
const values = phrases(VALUES);
const short = phrases(SHORT);

/** Return what a criterion of the gate is called; one that this page does not know stands as it was told. */
export function criterionName(name: string): string {
  return name in CRITERIA ? criteria(name) : name;
}

/** Return what was seen or wanted, as people say it. */
export function criterionValue(value: string): string {
  return value in VALUES ? values(value) : value;
}

/** Return what an operator is called where there is little room: its number, where nobody here knows it. */
export function shortName(operator: string): string {
  return operator in SHORT ? short(operator) : operator;
}
