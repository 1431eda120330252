/**
 * Answers of a service, as consoles read them: every field is looked at before it is believed.
 *
 * 1. An amount (`…_fen`) is read from the digits that were sent: a number of the browser's is exact up to 2^53 only.
 * 2. What is missing, or of another kind than it must be, is `strange_answer`, with the name of the field.
 * 3. A problem document becomes a Trouble with its stable code and what can be done.
 */

import { Trouble } from "../shared/holder/trouble.ts";

/** A JSON object as it came. */
export type Fields = Readonly<Record<string, unknown>>;

const AMOUNT = /_fen$/;
const WHOLE = /^-?[0-9]{1,40}$/;

/** Read a JSON document; amounts become bigint.
 *
 * @throws Trouble `strange_answer`: it is no JSON object.
 */
export function documentIn(text: string): Fields {
  let told: unknown;
  try {
    told = JSON.parse(text, exact);
  } catch {
    throw strange("no JSON");
  }
  return fieldsIn(told, "the document");
}

/** Ask a service of this origin, as everybody may.
 *
 * @throws Trouble: `unreachable`, `strange_answer`, or the code of the problem that was answered.
 */
export async function ask(path: string): Promise<Fields> {
  return answerOf(() => fetch(path, { headers: { accept: "application/json" }, cache: "no-store" }));
}

/** Return the document that a request is answered with; an answer without a body is an empty document. */
export async function answerOf(send: () => Promise<Response>): Promise<Fields> {
  let answer: Response;
  let text: string;
  try {
    answer = await send();
    text = await answer.text();
  } catch {
    const nextStep = "see to the network; the page asks again by itself";
    throw new Trouble("unreachable", "the service does not answer", { nextStep, final: false });
  }
  if (answer.ok) return text === "" ? {} : documentIn(text);
  // 3.
  throw troubleIn(answer.status, text);
}

/** Return a text of a record. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw strange(name);
  return value;
}

/** Return a text of a record, or null where it has none. */
export function textOrNull(fields: Fields, name: string): string | null {
  return fields[name] === null ? null : textOf(fields, name);
}

/** Return a count, a time or another small whole number of a record. */
export function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw strange(name);
  return value;
}

/** The same, or null where it has none. */
export function numberOrNull(fields: Fields, name: string): number | null {
  return fields[name] === null ? null : numberOf(fields, name);
}

/** Return an amount of a record, fen. It may be less than zero where something is wrong. */
export function fenOf(fields: Fields, name: string): bigint {
  const value = fields[name];
  if (typeof value !== "bigint") throw strange(name);
  return value;
}

/** The same, or null where it has none. */
export function fenOrNull(fields: Fields, name: string): bigint | null {
  return fields[name] === null ? null : fenOf(fields, name);
}

/** Return whether something is so, by a record. */
export function truthOf(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value !== "boolean") throw strange(name);
  return value;
}

/** Return a record within a record. */
export function recordOf(fields: Fields, name: string): Fields {
  return fieldsIn(fields[name], name);
}

/** Return a list of a record, each item read. */
export function listOf<Item>(fields: Fields, name: string, read: (item: Fields) => Item): Item[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw strange(name);
  return value.map((item) => read(fieldsIn(item, name)));
}

/** Return a list of texts of a record. */
export function textsOf(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) throw strange(name);
  return value;
}

// 1. The third argument is younger than the language's description here: the text of a number as it was sent.
function exact(this: unknown, name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (!AMOUNT.test(name) || typeof value !== "number") return value;
  const source = context?.source;
  if (source !== undefined) return WHOLE.test(source) ? BigInt(source) : value;
  // An older browser has rounded what is larger already: better no figure than a wrong one.
  return Number.isSafeInteger(value) ? BigInt(value) : value;
}

function fieldsIn(value: unknown, name: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw strange(name);
  return value as Fields;
}

function troubleIn(status: number, text: string): Trouble {
  try {
    const told = documentIn(text);
    const options = { nextStep: textOf(told, "next_step"), final: status < 500 && status !== 429 };
    return new Trouble(textOf(told, "code"), textOf(told, "detail"), options);
  } catch {
    return new Trouble("strange_answer", `status ${status}, and no reason`, { final: false });
  }
}

// 2.
function strange(name: string): Trouble {
  const nextStep = "see whether page and service are of one version";
  return new Trouble("strange_answer", `this is no answer of a service of this version: ${name}`, {
    nextStep,
    final: false,
  });
}
