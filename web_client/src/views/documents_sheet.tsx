/** The meeting's documents: opened beside the meeting, which goes on. */
import type { JSX } from "preact";
import { t } from "../core/i18n";
import { boot, meeting } from "../core/store";
import { Button } from "../widgets/button";
import { Icon } from "../widgets/icon";
import { Row } from "../widgets/rows";
import { Sheet } from "../widgets/sheet";
import { back } from "./layout";

function sizeWords(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function kindWords(mediaType: string): string {
  if (mediaType === "application/pdf") return "PDF";
  return mediaType.startsWith("image/") ? t("room.document_image") : t("room.document_file");
}

export function DocumentsSheet(): JSX.Element {
  const folder = boot.value?.urls["documents"] ?? `/meetings/${encodeURIComponent(meeting.value?.meeting_id ?? "")}/documents`;
  return (
    <Sheet
      title={t("room.documents")}
      onClose={back}
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("room.close")}
        </Button>
      }
    >
      <p class="small muted">{t("room.documents_note")}</p>
      <ul class="rows card card--line card--flush">
        {(meeting.value?.documents ?? []).map((paper) => (
          <li key={paper.document_id}>
            <Row
              icon="book"
              title={paper.title}
              sub={`${kindWords(paper.media_type)} · ${sizeWords(paper.size)}`}
              end={<Icon name="forward" />}
              href={`${folder}/${encodeURIComponent(paper.document_id)}`}
            />
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
