/** Copy buttons of the server-rendered pages: hidden without a script, shown where the browser can copy. */

export function bindCopyButtons(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    const source = document.getElementById(button.dataset.copy ?? "");
    if (!(source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement)) continue;
    button.hidden = false;
    button.addEventListener("click", () => void copy(source, button));
  }
}

async function copy(source: HTMLInputElement | HTMLTextAreaElement, button: HTMLButtonElement): Promise<void> {
  const done = (await throughClipboard(source.value)) || throughSelection(source);
  source.focus({ preventScroll: true });
  source.select();
  if (done) say(button);
}

/** Only offered on secure pages; refused when the page has lost the focus. */
async function throughClipboard(text: string): Promise<boolean> {
  if (!("clipboard" in navigator)) return false;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The old way: it also works on plain http and in browsers inside other apps. */
function throughSelection(source: HTMLInputElement | HTMLTextAreaElement): boolean {
  source.select();
  source.setSelectionRange(0, source.value.length);
  return document.execCommand("copy");
}

function say(button: HTMLButtonElement): void {
  const words = button.querySelector("span");
  const copied = button.dataset.copied;
  if (words === null || copied === undefined || words.textContent === copied) return;
  const before = words.textContent;
  const label = button.getAttribute("aria-label");
  words.textContent = copied;
  words.setAttribute("role", "status");
  button.removeAttribute("aria-label");
  setTimeout(() => {
    words.textContent = before;
    words.removeAttribute("role");
    if (label !== null) button.setAttribute("aria-label", label);
  }, 2500);
}
