/** Showing a document to everyone, page by page: one tap to begin, where one left off, one to stop. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { meeting } from "../../core/store";
import type { DocumentRef } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { SharedPage } from "../shared_page";
import { tap } from "./asking";
import { MeetingPhase } from "../../wire/messages";

/** The page last shown of each document. */
const leftAt = signal<Readonly<Record<string, number>>>({});

function show(document: DocumentRef, page: number): void {
  tap("ShowPage", { document_id: document.document_id, page });
}

function stop(document: DocumentRef, page: number): void {
  leftAt.value = { ...leftAt.value, [document.document_id]: page };
  tap("StopShowing", {});
}

function Line({ document }: { document: DocumentRef }): JSX.Element {
  const shown = meeting.value?.shown;
  const page = shown?.document_id === document.document_id ? shown.page : null;
  const from = Math.min(leftAt.value[document.document_id] ?? 1, document.pages);
  return (
    <li class={page === null ? "row" : "row row--now"}>
      <Icon name="book" />
      <span class="row__main">
        <span class="row__title">{document.title}</span>
        {page === null ? (
          <span class="row__sub">{t("console.pages_n", { n: document.pages })}</span>
        ) : (
          <label class="row__sub rowx">
            <span>{t("console.page_now")}</span>
            <select class="input" value={page} onChange={(event) => show(document, Number(event.currentTarget.value))}>
              {Array.from({ length: document.pages }, (_, index) => (
                <option key={index} value={index + 1}>{`${index + 1} / ${document.pages}`}</option>
              ))}
            </select>
          </label>
        )}
      </span>
      <span class="row__end">
        {page === null ? (
          <Button icon="screen" onPress={() => show(document, from)}>
            {t(from > 1 ? "console.show_from" : "console.show", { n: from })}
          </Button>
        ) : (
          <Button pressed onPress={() => stop(document, page)}>
            {t("console.stop_showing")}
          </Button>
        )}
      </span>
    </li>
  );
}

/** Nothing before the meeting is open, and nothing where there is no document with pages. On a phone the page itself stands above the list. */
export function DocumentsCard({ onPhone }: { onPhone: boolean }): JSX.Element | null {
  const documents = (meeting.value?.documents ?? []).filter((one) => one.pages > 0);
  if (documents.length === 0 || meeting.value?.phase !== MeetingPhase.OPEN) return null;
  return (
    <section class={onPhone ? "stack stack--s" : "panel"} aria-label={t("console.documents")}>
      <div class="section-title">
        <h2>{t("console.documents")}</h2>
      </div>
      {onPhone && <SharedPage />}
      <ul class={onPhone ? "rows doc-rows card card--flush" : "rows doc-rows"}>
        {documents.map((one) => (
          <Line key={one.document_id} document={one} />
        ))}
      </ul>
    </section>
  );
}
