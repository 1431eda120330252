import { useEffect, useState } from "preact/hooks";

/** What a service says of itself at `/version`. */
interface Version {
  readonly kind: string;
  readonly version: string;
  readonly network: string;
}

/** Show a page's title and which service of which network stands behind it. */
export function Plate({ title }: { readonly title: string }) {
  const [behind, setBehind] = useState<string>("");
  useEffect(() => {
    fetch("/version")
      .then((answer) => answer.json() as Promise<Version>)
      .then(({ kind, version, network }) => setBehind(`${kind}, dcep ${version}, network ${network}`))
      .catch(() => setBehind("The service does not answer. Try again in a moment."));
  }, []);
  return (
    <main>
      <h1>{title}</h1>
      <p aria-live="polite">{behind}</p>
    </main>
  );
}
