/** The live captions of this room so far, to read what one missed; on this phone alone, and only while they run. */
import type { JSX } from "preact";
import { clockTime, t } from "../core/i18n";
import { nameOf } from "../core/selectors";
import { captions } from "../core/store";
import { Button } from "../widgets/button";
import { Sheet } from "../widgets/sheet";
import { back } from "./layout";

export function CaptionsSheet(): JSX.Element {
  const lines = [...captions.value].reverse(); // the newest first: what was just missed is at hand
  return (
    <Sheet
      title={t("captions.title")}
      onClose={back}
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("room.close")}
        </Button>
      }
    >
      <p class="small muted">{t("captions.kept")}</p>
      {lines.length === 0 && <p class="muted">{t("captions.waiting")}</p>}
      <ol class="captions__all">
        {lines.map((line) => (
          <li key={`${line.participant_id}.${line.since}`}>
            <span class="small muted">
              {clockTime(line.since)} {nameOf(line.participant_id)}
            </span>
            <p class="captions__line">{line.text}</p>
          </li>
        ))}
      </ol>
    </Sheet>
  );
}
