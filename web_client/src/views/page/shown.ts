/** Which page is shown, where its picture is, and how it is called. */
import { t } from "../../core/i18n";
import { boot, meeting } from "../../core/store";
import type { DocumentRef, ParticipantId } from "../../wire/messages";

export interface ShownPage {
  readonly document: DocumentRef;
  readonly page: number;
  readonly by: ParticipantId;
}

export function shownPage(): ShownPage | null {
  const state = meeting.value;
  const shown = state?.shown;
  const document = state?.documents.find((one) => one.document_id === shown?.document_id);
  return shown == null || document === undefined ? null : { document, page: shown.page, by: shown.shown_by };
}

/** The small picture suits a phone on a weak network; the large one a wide screen, or whoever enlarges it. */
export function pageAddress(document: DocumentRef, page: number, large: boolean): string {
  const folder = boot.value?.urls["documents"] ?? "";
  return `${folder}/${encodeURIComponent(document.document_id)}/pages/${page}${large ? "/large" : ""}`;
}

export function pageWords({ document, page }: ShownPage): string {
  return t("room.page_of", { title: document.title, n: page, of: document.pages });
}
