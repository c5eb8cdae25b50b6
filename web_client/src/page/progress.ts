/** Shows how far a record is while it is made, without loading the page again. Without a script there is a link for that. */

const EVERY_MS = 3000;

/** Of the one box with `data-<name>`, the address of a piece of a page. It is loaded anew at the end, but not under somebody who listens. */
export function bindProgress(document: Document, name = "progress"): void {
  const box = document.querySelector<HTMLElement>(`[data-${name}]`);
  const address = box?.dataset[name];
  if (!box || !address) return;
  const look = async () => {
    const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) {
      const said = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (said.body.textContent !== box.textContent) box.replaceChildren(...said.body.children);
      if (answer.headers.get("x-complete") === "yes") {
        const listens = [...document.querySelectorAll("audio")].some((sound) => !sound.paused);
        if (box.dataset["then"] === "reload" && !listens) location.reload();
        return;
      }
    }
    setTimeout(() => void look(), EVERY_MS);
  };
  setTimeout(() => void look(), EVERY_MS);
}
