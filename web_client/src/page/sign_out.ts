/** Signing out: nothing of secret votes stays in this browser. The server asks for the same with `Clear-Site-Data`, which browsers
 * honour over HTTPS alone, and some not at all. */
import { shelf, STORE, type Kept } from "./kept_papers";

export function bindSignOut(root: ParentNode): void {
  const form = root.querySelector<HTMLFormElement>("form[data-sign-out]");
  if (form === null || !("indexedDB" in globalThis)) return;
  let sure = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void shelf()
      .then(async (database) => {
        const words = form.querySelector<HTMLElement>("[data-ask]");
        if (!sure && words !== null && database !== null && (await all(database)).some(unfinished)) {
          sure = true;
          words.textContent = words.dataset.ask ?? "";
          return;
        }
        if (database !== null) await empty(database);
        sessionStorage.clear();
        form.submit(); // unlike a press, this is not heard here again
      })
      .catch(() => form.submit());
  });
}

/** Without its paper this ballot cannot be cast, or not be sent again. */
function unfinished(paper: Kept): boolean {
  return paper.receipt === "" && paper.bulletin === "unknown" && paper.refused === "";
}

function all(database: IDBDatabase): Promise<readonly Kept[]> {
  return new Promise((resolve, reject) => {
    const request = database.transaction(STORE).objectStore(STORE).getAll();
    request.onsuccess = () => resolve(request.result as Kept[]);
    request.onerror = () => reject(request.error ?? new Error("not read"));
  });
}

/** Emptied rather than deleted: deleting waits for every other tab that has it open. */
function empty(database: IDBDatabase): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    transaction.objectStore(STORE).clear();
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("not emptied"));
  });
}
