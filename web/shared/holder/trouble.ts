/** Something that did not work, in words for people: what happened, and what to do. */
export class Trouble extends Error {
  /** Stable: a refusal of the ledger, a code of the reference, or one of the device's own. */
  readonly code: string;
  readonly detail: string;
  /** What the holder can do; empty where there is nothing. */
  readonly nextStep: string;
  /** Whether nothing more will become of it. If not, the same may be tried again and will not count twice. */
  readonly final: boolean;

  constructor(code: string, detail: string, options: { readonly nextStep?: string; readonly final?: boolean } = {}) {
    super(`${code}: ${detail}`);
    this.name = "Trouble";
    this.code = code;
    this.detail = detail;
    this.nextStep = options.nextStep ?? "";
    this.final = options.final ?? true;
  }
}
