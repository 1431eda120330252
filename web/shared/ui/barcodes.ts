/** The reader of QR codes, in WebAssembly. It is large: a page loads it when a person opens a camera, never before. */

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
// Its default is a foreign host. Ours stands beside the page.
import reader from "zxing-wasm/reader/zxing_reader.wasm?url";

/** The longer side of what is looked at, in pixels: enough for a code of 500 characters, little enough for a phone. */
const LONGEST_SIDE = 960;
const PAUSE_MS = 80;

prepareZXingModule({
  overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? reader : prefix + path) },
});

/** Return the text of the QR code in a picture; null if there is none that can be read. */
export async function read(picture: ImageData | Blob): Promise<string | null> {
  const [found] = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
  return found?.isValid === true ? found.text : null;
}

/** Look at what a video shows, one picture after the other; return the first text, or null when `end` is told. */
export async function watch(video: HTMLVideoElement, end: AbortSignal): Promise<string | null> {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  while (!end.aborted && context !== null) {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
    canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
    canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const text = await read(context.getImageData(0, 0, canvas.width, canvas.height));
    if (text !== null) return end.aborted ? null : text;
    await new Promise((later) => setTimeout(later, PAUSE_MS));
  }
  return null;
}
