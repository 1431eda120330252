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

/** It could not be done now: the same may be asked again, and will not count twice. */
export class Later extends Trouble {
  readonly retryAfterMs: number;

  constructor(code: string, detail: string, retryAfterMs: number, nextStep = "") {
    super(code, detail, { nextStep, final: false });
    this.name = "Later";
    this.retryAfterMs = retryAfterMs;
  }
}

/** The network is gone, or the service does not answer: nothing is known. */
export function offline(): Later {
  return new Later("offline", "nobody answers", 1_000, "see whether there is a network");
}

/** It is no answer that a service of this version gives: nothing is known. */
export function strange(detail: string): Later {
  return new Later("strange_answer", `no answer of this version: ${detail}`, 1_000, "load the page anew");
}
