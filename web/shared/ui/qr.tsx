/** A QR code, drawn in the page. What draws it is loaded when the first is shown: a page weighs less without it. */

import { useEffect, useState } from "preact/hooks";

type Drawn = Readonly<{ path: string; size: number }>;

/** A code that a camera reads; `label` says in words what it asks for. */
export function Qr({ text, label }: { text: string; label: string }) {
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  useEffect(() => {
    let isWanted = true;
    draw(text).then(
      (code) => isWanted && setDrawn(code),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [text]);
  return (
    <div class="qr">
      {drawn === null ? null : (
        <svg role="img" aria-label={label} viewBox={`0 0 ${drawn.size} ${drawn.size}`} shape-rendering="crispEdges">
          <rect width={drawn.size} height={drawn.size} fill="#ffffff" />
          <path d={drawn.path} fill="#000000" />
        </svg>
      )}
    </div>
  );
}

async function draw(text: string): Promise<Drawn> {
  const { encode } = await import("uqr");
  const { data, size } = encode(text, { ecc: "M", border: 2 });
  const path = data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1Z` : "")).join("")).join("");
  return { path, size };
}
