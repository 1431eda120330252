/** A file that the page hands to the browser, for the holder to keep. */

/** Save `content` as a file with a name. */
export function saveFile(name: string, kind: string, content: string | Uint8Array<ArrayBuffer>): void {
  const address = URL.createObjectURL(new Blob([content], { type: kind }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it over by the next turn.
  setTimeout(() => URL.revokeObjectURL(address));
}
