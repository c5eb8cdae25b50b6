/** The agenda as members see it: what is done, what is on, what comes. */
import type { JSX } from "preact";
import { clockTime, t } from "../core/i18n";
import { meeting } from "../core/store";
import type { AgendaItem } from "../wire/messages";
import { Button } from "../widgets/button";
import { Icon } from "../widgets/icon";
import { Sheet } from "../widgets/sheet";
import { back } from "./layout";

function times(item: AgendaItem): string {
  const parts: string[] = [];
  if (item.started_at !== null)
    parts.push(`${clockTime(item.started_at)}${item.ended_at === null ? "" : ` — ${clockTime(item.ended_at)}`}`);
  else if (item.minutes > 0) parts.push(t("room.planned", { n: item.minutes }));
  if (item.speaker !== "") parts.push(item.speaker);
  return parts.join(t("room.comma"));
}

export function Agenda(): JSX.Element {
  const items = meeting.value?.agenda ?? [];
  const current = meeting.value?.current_item;
  if (items.length === 0) return <p class="muted">{t("room.agenda_none")}</p>;
  return (
    <ol class="rows card card--line card--flush agenda">
      {items.map((item, index) => {
        const now = item.item_id === current;
        const finished = item.ended_at !== null && !now;
        return (
          <li key={item.item_id}>
            <div class={now ? "row row--now" : "row"} aria-current={now ? "step" : undefined}>
              <span class={finished ? "agenda__no agenda__no--done" : "agenda__no"}>
                {finished ? <Icon name="check" size="s" /> : index + 1}
              </span>
              <span class="row__main">
                <span class="row__title">{item.title}</span>
                <span class="row__sub">
                  {now ? t("room.step_now") + (times(item) === "" ? "" : t("room.comma")) : ""}
                  {times(item)}
                </span>
              </span>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

export function AgendaSheet(): JSX.Element {
  return (
    <Sheet
      title={t("room.agenda")}
      onClose={back}
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("room.close")}
        </Button>
      }
    >
      <Agenda />
    </Sheet>
  );
}
