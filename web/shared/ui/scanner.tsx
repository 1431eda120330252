/**
 * A camera that reads one QR code.
 *
 * 1. The reader is loaded while the person is asked for the camera.
 * 2. The middle of each picture is looked at, one picture after the other: what is read is told once.
 * 3. Whatever ends the scanner gives the camera back: the light beside it goes out.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { phrases } from "./i18n.ts";
import { Notice, Spinner } from "./surfaces.tsx";

const t = phrases({
  look: ["Hold the code into the frame", "请将二维码对准取景框"],
  opening: ["Opening the camera …", "正在打开相机……"],
  picture: ["Choose a picture of a code", "从图片中识别二维码"],
  denied: ["The camera was not allowed", "相机权限未开启"],
  denied_next: [
    "Allow it for this page in the browser's settings, or paste the code as text below.",
    "请在浏览器设置中允许本页面使用相机，或在下方粘贴二维码文字。",
  ],
  missing: ["No camera was found", "未找到相机"],
  missing_next: [
    "Choose a picture of the code, or paste its text below.",
    "请选择二维码图片，或在下方粘贴二维码文字。",
  ],
  nothing: ["No code was found in the picture", "图片中没有识别到二维码"],
  nothing_next: ["Choose one that shows the whole code, sharp.", "请选择清晰、完整的二维码图片。"],
});

type Fault = "denied" | "missing" | "nothing";

/** The scanner; `onText` gets what the code says, once. What it means, and whether it is one of ours, is not judged here. */
export function Scanner({ onText }: { onText: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const told = useRef(onText);
  told.current = onText;
  const [fault, setFault] = useState<Fault | null>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const end = new AbortController();
    const shown = video.current;
    if (shown !== null) {
      scan(shown, end.signal, () => setOpen(true)).then(
        (text) => text !== null && told.current(text),
        (error: unknown) => setFault(faultOf(error)),
      );
    }
    return () => end.abort();
  }, []);
  const chosen = async (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0];
    if (file === undefined) return;
    const { read } = await import("./barcodes.ts");
    const text = await read(file).catch(() => null);
    if (text === null) setFault("nothing");
    else told.current(text);
  };
  return (
    <div class="stack">
      {fault === null || fault === "nothing" ? (
        <div class="scanner">
          <video ref={video} muted playsInline aria-label={t("look")} />
          <div class="scanner-aim" />
        </div>
      ) : null}
      {fault === null ? open ? <p class="soft">{t("look")}</p> : <Spinner label={t("opening")} /> : null}
      {fault === null ? null : (
        <Notice kind="warn" title={t(fault)}>
          <p>{t(`${fault}_next`)}</p>
        </Notice>
      )}
      <label class="button">
        {t("picture")}
        <input class="unseen" type="file" accept="image/*" onChange={chosen} />
      </label>
    </div>
  );
}

async function scan(video: HTMLVideoElement, end: AbortSignal, opened: () => void): Promise<string | null> {
  // 1.
  const loading = import("./barcodes.ts");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  // 3.
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  end.addEventListener("abort", close);
  try {
    if (end.aborted) return null;
    video.srcObject = stream;
    await video.play();
    opened();
    // 2.
    return await (await loading).watch(video, end);
  } catch (error) {
    if (end.aborted) return null;
    throw error;
  } finally {
    close();
  }
}

function faultOf(error: unknown): Fault {
  return error instanceof DOMException && error.name === "NotAllowedError" ? "denied" : "missing";
}
