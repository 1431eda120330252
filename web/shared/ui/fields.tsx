/** What is typed into. Each field has its label, and says in words what is wrong with what stands in it. */

import { useId } from "preact/hooks";

type Told = Readonly<{
  label: string;
  hint?: string | undefined;
  /** What is wrong, in words; nothing where all is well. */
  fault?: string | undefined;
}>;

const TYPES = { text: "text", tel: "tel", search: "search", decimal: "text", secret: "password" } as const;

/** A line of text, or several. */
export function Field({
  label,
  hint,
  fault,
  text,
  onText,
  kind = "text",
  name,
  autocomplete = "off",
  placeholder,
  required = false,
  limit = 512,
}: Told & {
  text: string;
  onText: (text: string) => void;
  kind?: "text" | "tel" | "search" | "decimal" | "lines" | "secret";
  name?: string | undefined;
  autocomplete?: string;
  placeholder?: string | undefined;
  required?: boolean;
  /** Characters at most. */
  limit?: number;
}) {
  const id = useId();
  const shared = {
    class: "field-box",
    id,
    name: name ?? id,
    value: text,
    maxLength: limit,
    required,
    placeholder: placeholder ?? "",
    "aria-invalid": fault !== undefined,
    "aria-describedby": `${id}-told`,
    onInput: (event: Event) => onText((event.currentTarget as HTMLInputElement).value),
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {kind === "lines" ? (
        <textarea {...shared} autocomplete="off" spellcheck={false} />
      ) : (
        <input
          {...shared}
          // Preact's types want to see one type only: all of these take the same attributes.
          type={TYPES[kind] as "text"}
          inputMode={kind === "decimal" ? "decimal" : kind === "tel" ? "tel" : "text"}
          autocomplete={autocomplete}
        />
      )}
      <Hints id={id} hint={hint} fault={fault} />
    </div>
  );
}

/** An amount of yuan, typed as one writes money; large where it is what matters most. */
export function MoneyField({
  label,
  hint,
  fault,
  text,
  onText,
  size = "hero",
}: Told & { text: string; onText: (text: string) => void; size?: "text" | "hero" }) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <div class="money-box" data-size={size}>
        <span class="money-box-sign" aria-hidden="true">
          ¥
        </span>
        <input
          id={id}
          name={id}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          placeholder="0.00"
          maxLength={24}
          value={text}
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-told`}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      </div>
      <Hints id={id} hint={hint} fault={fault} />
    </div>
  );
}

/** One of several that exclude each other. */
export type Option<Name extends string> = Readonly<{ name: Name; label: string; more?: string | undefined }>;

/** Choose one of few, all of them in sight. */
export function Choices<Name extends string>({
  label,
  options,
  chosen,
  onChoose,
}: {
  label: string;
  options: readonly Option<Name>[];
  chosen: Name;
  onChoose: (name: Name) => void;
}) {
  const id = useId();
  return (
    <div class="choices" role="radiogroup" aria-labelledby={id}>
      <span class="field-label" id={id}>
        {label}
      </span>
      {options.map((option) => (
        <label class="choice" key={option.name}>
          <input type="radio" name={id} checked={option.name === chosen} onChange={() => onChoose(option.name)} />
          <span class="choice-name">{option.label}</span>
          {option.more === undefined ? null : <span class="choice-more">{option.more}</span>}
        </label>
      ))}
    </div>
  );
}

/** Choose one of many, in a list that opens. */
export function Select<Name extends string>({
  label,
  options,
  chosen,
  onChoose,
}: {
  label: string;
  options: readonly Option<Name>[];
  chosen: Name;
  onChoose: (name: Name) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <select
        class="field-box"
        id={id}
        value={chosen}
        onChange={(event) => onChoose(event.currentTarget.value as Name)}
      >
        {options.map((option) => (
          <option key={option.name} value={option.name}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

function Hints({ id, hint, fault }: { id: string; hint: string | undefined; fault: string | undefined }) {
  return (
    <div id={`${id}-told`} aria-live="polite">
      {fault === undefined ? null : <p class="field-fault">{fault}</p>}
      {fault === undefined && hint !== undefined ? <p class="field-hint">{hint}</p> : null}
    </div>
  );
}
