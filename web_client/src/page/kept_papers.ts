/** One's own page: the papers of secret votes this browser keeps for the person signed in, named, and deleted one by one. */

/** What is stored of a paper (`core/ballot/kept`), as far as pages look at it. */
export interface Kept {
  readonly id: string;
  readonly participant_id: string;
  readonly meeting_id: string;
  readonly motion_id: string;
  readonly receipt: string;
  readonly token: string;
  readonly leaf: string;
  readonly bulletin: "unknown" | "in" | "out";
  readonly refused: string;
  readonly head?: string;
}

export const STORE = "papers";
/** How long (ms) the second press is waited for. */
const SURE = 6_000;

export function bindKeptPapers(root: ParentNode): void {
  const section = root.querySelector<HTMLElement>("[data-kept-papers]");
  if (section === null || !("indexedDB" in globalThis)) return;
  void shelf().then((database) => database !== null && show(section, database));
}

/** The store, if this browser has ever kept a paper; asking makes none. */
export function shelf(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    const request = indexedDB.open("ballots");
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onsuccess = () => resolve(request.result.objectStoreNames.contains(STORE) ? request.result : null);
    request.onerror = () => resolve(null);
  });
}

function show(section: HTMLElement, database: IDBDatabase): void {
  const request = database.transaction(STORE).objectStore(STORE).getAll();
  request.onsuccess = () => {
    const own = (request.result as Kept[]).filter((paper) => paper.participant_id === section.dataset.keptPapers);
    const rows = section.querySelector("ul");
    const row = section.querySelector("template");
    if (rows === null || row === null || own.length === 0) return;
    rows.replaceChildren(...own.map((paper) => line(section, row, paper, database)));
    section.hidden = false;
  };
}

function line(section: HTMLElement, row: HTMLTemplateElement, paper: Kept, database: IDBDatabase): Node {
  const made = row.content.cloneNode(true) as DocumentFragment;
  const item = made.querySelector("li");
  const meeting = section.querySelector<HTMLElement>(`data[value="${CSS.escape(paper.meeting_id)}"]`);
  const state =
    paper.receipt !== "" || paper.bulletin === "in" ? "counted" : paper.bulletin === "out" ? "out" : paper.token !== "" ? "held" : "asked";
  put(made, ".row__title", meeting?.textContent ?? section.dataset.unknown ?? "");
  const stub = paper.leaf === "" ? "" : ` · ${(paper.leaf.slice(0, 12).toUpperCase().match(/.{4}/g) ?? []).join(" ")}`;
  put(
    made,
    ".row__sub",
    `${section.dataset[state] ?? ""} · ${paper.motion_id}${stub}${paper.head === undefined ? "" : ` · ${paper.head}`}`,
  );
  const button = made.querySelector("button");
  button?.addEventListener("click", () =>
    press(button, () => {
      const gone = database.transaction(STORE, "readwrite", { durability: "strict" });
      gone.objectStore(STORE).delete(paper.id);
      gone.oncomplete = () => {
        item?.remove();
        section.hidden = section.querySelector("li") === null;
      };
    }),
  );
  return made;
}

function put(made: DocumentFragment, where: string, words: string): void {
  const element = made.querySelector(where);
  if (element !== null) element.textContent = words;
}

/** The first press asks, the second one does it. */
function press(button: HTMLButtonElement, sure: () => void): void {
  const { ask } = button.dataset;
  if (ask === undefined || button.textContent === ask) {
    sure();
    return;
  }
  const before = button.textContent;
  button.textContent = ask;
  setTimeout(() => {
    button.textContent = before;
  }, SURE);
}
