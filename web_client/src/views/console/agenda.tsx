/** The agenda as the secretary runs it: the item now with its time, the next step, and the order changed by buttons. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { second } from "../../core/clock";
import { clockTime, minutesBetween, t } from "../../core/i18n";
import { currentItem, nextItem } from "../../core/selectors";
import { meeting } from "../../core/store";
import type { AgendaItem } from "../../wire/messages";
import { Bar } from "../../widgets/bar";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { openAct } from "./acts";
import { tap } from "./asking";
import { Turns } from "./turns";
import { Guide, guides, Preparations } from "./guide";
import { MeetingPhase } from "../../wire/messages";

/** The order is being changed: each item shows its buttons. */
const ordering = signal(false);

function used(item: AgendaItem): number {
  return item.started_at === null ? 0 : minutesBetween(item.started_at, item.ended_at ?? second.value);
}

function subWords(item: AgendaItem, now: boolean): string {
  const plan = item.minutes > 0 ? t("console.planned", { n: item.minutes }) : "";
  const speaker = item.speaker;
  if (now) return [t("console.used", { n: used(item) }), plan, speaker].filter(Boolean).join(t("console.comma"));
  if (item.started_at !== null) return `${clockTime(item.started_at)} — ${clockTime(item.ended_at ?? second.value)}`;
  return [plan, speaker].filter(Boolean).join(t("console.comma"));
}

function OrderButton({
  icon,
  words,
  off,
  onPress,
}: {
  icon: "up" | "down";
  words: string;
  off: boolean;
  onPress: () => void;
}): JSX.Element {
  return (
    <button
      class="btn btn--icon"
      type="button"
      aria-label={words}
      title={words}
      aria-disabled={off ? "true" : undefined}
      onClick={() => {
        if (!off) onPress();
      }}
    >
      <Icon name={icon} />
    </button>
  );
}

function Item({ item, index, last }: { item: AgendaItem; index: number; last: boolean }): JSX.Element {
  const now = item.item_id === meeting.value?.current_item;
  const done = item.ended_at !== null && !now;
  const inside = (
    <>
      <span class={done ? "agenda__no agenda__no--done" : "agenda__no"}>
        {done ? (
          <>
            <Icon name="check" size="s" />
            <span class="sr">{t("console.done")}</span>
          </>
        ) : (
          index + 1
        )}
      </span>
      <span class="row__main">
        <span class="row__title">{item.title}</span>
        <span class="row__sub">{subWords(item, now)}</span>
      </span>
    </>
  );
  const names = `row${now ? " row--now" : done ? " row--done" : ""}`;
  if (!ordering.value) {
    return (
      <li>
        <button
          class={names}
          type="button"
          aria-current={now ? "step" : undefined}
          onClick={() => openAct({ kind: "item", item: item.item_id })}
        >
          {inside}
        </button>
      </li>
    );
  }
  const move = (by: number): void => tap("MoveAgendaItem", { item_id: item.item_id, position: index + by });
  return (
    <li class={names}>
      {inside}
      <span class="row__end">
        <OrderButton
          icon="up"
          words={t(index === 0 ? "console.is_first" : "console.earlier_of", { title: item.title })}
          off={index === 0}
          onPress={() => move(-1)}
        />
        <OrderButton
          icon="down"
          words={t(last ? "console.is_last" : "console.later_of", { title: item.title })}
          off={last}
          onPress={() => move(1)}
        />
      </span>
    </li>
  );
}

export function AgendaList(): JSX.Element {
  const items = meeting.value?.agenda ?? [];
  void second.value;
  if (items.length === 0) return <p class="small muted pad">{t("console.agenda_empty")}</p>;
  return (
    <ol class="rows agenda">
      {items.map((item, index) => (
        <Item key={item.item_id} item={item} index={index} last={index === items.length - 1} />
      ))}
    </ol>
  );
}

/** 调顺序 and 加一项; the order mode is left by the same button. */
export function AgendaTools(): JSX.Element {
  return (
    <div class="rowx rowx--nowrap">
      {(meeting.value?.agenda.length ?? 0) > 1 && (
        <Button
          kind="quiet"
          icon={ordering.value ? "check" : "list"}
          pressed={ordering.value}
          onPress={() => {
            ordering.value = !ordering.value;
          }}
        >
          {t(ordering.value ? "console.order_done" : "console.order")}
        </Button>
      )}
      <Button kind="quiet" icon="plus" onPress={() => openAct({ kind: "item", item: null })}>
        {t("console.add_item")}
      </Button>
    </div>
  );
}

/** The present item, large, with the time it has used. */
export function NowCard(): JSX.Element {
  const step = currentItem.value;
  void second.value;
  if (step === null) {
    const over = (meeting.value?.agenda ?? []).some((item) => item.ended_at !== null);
    return (
      <section class="card stack stack--s">
        <h2>{t(over ? "console.agenda_over" : "console.agenda_not_begun")}</h2>
        <p class="small muted">{t(over ? "console.agenda_over_words" : "console.agenda_not_begun_words")}</p>
      </section>
    );
  }
  const { item } = step;
  const minutes = used(item);
  const late = item.minutes > 0 && minutes > item.minutes;
  return (
    <section class="card card--now stack" aria-labelledby="now">
      <div>
        <p class="rowx rowx--between small muted">
          <span>{t("console.item_now", { no: step.no, of: step.of })}</span>
          <span class={late ? "strong" : undefined}>
            {item.minutes > 0
              ? t(late ? "console.over_by" : "console.used_of", { used: minutes, planned: item.minutes, n: minutes - item.minutes })
              : t("console.used", { n: minutes })}
          </span>
        </p>
        <h2 id="now">{item.title}</h2>
      </div>
      {item.minutes > 0 && <Bar part={Math.min(minutes, item.minutes)} whole={item.minutes} size="thin" fill={late ? "pending" : "on"} />}
    </section>
  );
}

/** One tap to the next item; at the end, to the end of the agenda. */
export function NextButton(): JSX.Element {
  const next = nextItem.value;
  const step = currentItem.value;
  if (meeting.value?.phase !== MeetingPhase.OPEN)
    return (
      <Button kind="primary" onPress={() => tap("OpenMeeting", {})}>
        {t("console.open_meeting")}
      </Button>
    );
  if (next === null && step === null)
    return (
      <Button kind="primary" onPress={() => openAct({ kind: "adjourn" })}>
        {t("console.adjourn")}
      </Button>
    );
  return (
    <Button kind="primary" onPress={() => tap("StepAgenda", { item_id: next?.item_id ?? null })}>
      {t(step === null ? "console.first_item" : next === null ? "console.end_agenda" : "console.next_item")}
      <Icon name="forward" size="s" />
    </Button>
  );
}

export function AgendaPanel(): JSX.Element {
  return (
    <div class="panel">
      <div class="section-title">
        <h2>{t("console.agenda")}</h2>
        <AgendaTools />
      </div>
      <AgendaList />
      <div class="pt stack stack--s">
        {guides() ? <Guide /> : <NextButton />}
        <Turns />
        <Preparations />
      </div>
    </div>
  );
}
