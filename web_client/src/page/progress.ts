/** Shows how far a record is while it is made, without loading the page again. Without a script there is a link for that. */

const EVERY_MS = 3000;

export function bindProgress(document: Document): void {
  const box = document.querySelector<HTMLElement>("[data-progress]");
  const address = box?.dataset["progress"];
  if (!box || !address) return;
  const look = async () => {
    const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) {
      const said = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (said.body.textContent !== box.textContent) box.replaceChildren(...said.body.children);
      if (answer.headers.get("x-complete") === "yes") {
        if (box.dataset["then"] === "reload") location.reload();
        return;
      }
    }
    setTimeout(() => void look(), EVERY_MS);
  };
  setTimeout(() => void look(), EVERY_MS);
}
