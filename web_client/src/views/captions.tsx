/** Live captions: the last lines a machine wrote of what is said in this room; everybody may hide them on their own phone. */
import "../styles/captions.css";
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../core/i18n";
import { myRoom, nameOf } from "../core/selectors";
import { captions, captionsEnded } from "../core/store";
import { Banner } from "../widgets/banner";
import { Button } from "../widgets/button";
import { Icon } from "../widgets/icon";
import { SwitchRow } from "../widgets/rows";
import { go } from "./layout";

const shown = signal(true);

export function CaptionBar(): JSX.Element | null {
  if (captionsEnded.value !== null) {
    return (
      <Banner
        tone="pending"
        icon="text"
        title={t("captions.ended")}
        act={
          <Button
            kind="quiet"
            onPress={() => {
              captionsEnded.value = null;
            }}
          >
            {t("states.got_it")}
          </Button>
        }
      >
        {t(`captions.ended_${captionsEnded.value}`)}
      </Banner>
    );
  }
  if (myRoom.value?.captioned !== true || !shown.value) return null;
  const lines = captions.value.slice(-2);
  return (
    <section class="captions" aria-label={t("captions.title")}>
      <p class="captions__head">
        <Icon name="text" />
        <span>{t("captions.by_machine")}</span>
        {captions.value.length > 2 && (
          <Button kind="quiet" onPress={() => go({ sheet: { name: "captions" } })}>
            {t("captions.read_back")}
          </Button>
        )}
        <Button
          kind="quiet"
          onPress={() => {
            shown.value = false;
          }}
        >
          {t("captions.hide")}
        </Button>
      </p>
      {lines.length === 0 && <p class="captions__line muted">{t("captions.waiting")}</p>}
      {lines.map((line) => (
        <p key={`${line.participant_id}.${line.since}`} class="captions__line">
          <b>{nameOf(line.participant_id)}</b> {line.text}
        </p>
      ))}
    </section>
  );
}

/** For one's own phone; only where the room has captions. */
export function CaptionsRow(): JSX.Element | null {
  if (myRoom.value?.captioned !== true) return null;
  return (
    <SwitchRow
      icon="text"
      title={t("captions.title")}
      on={shown.value}
      onWord={t("room.on")}
      offWord={t("room.off")}
      onChange={(on) => {
        shown.value = on;
      }}
    />
  );
}
