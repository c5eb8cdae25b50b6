/** The floor as run by the secretary: who has it and for how long, and the queue with one tap to give it. */
import type { JSX } from "preact";
import { second, secondsLeft } from "../../core/clock";
import { countdown, t } from "../../core/i18n";
import { floor, hands, myRoom, nameOf, participant } from "../../core/selectors";
import { captionsOffered, meeting } from "../../core/store";
import { HALL, type ParticipantId, MeetingPhase } from "../../wire/messages";
import { Avatar } from "../../widgets/avatar";
import { Bar } from "../../widgets/bar";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { SwitchRow } from "../../widgets/rows";
import { openAct } from "./acts";
import { tap } from "./asking";

const GIVEN = 180;

/** `inline`: the acts stand beside the name, where there is room. */
function Holder({ inline }: { inline?: boolean }): JSX.Element | null {
  const held = floor.value;
  void second.value;
  if (held === null) return null;
  const name = nameOf(held.participant_id);
  const left = held.ends_at === null ? null : secondsLeft(held.ends_at);
  const total = held.ends_at === null ? 1 : (held.ends_at - held.granted_at) / 1000;
  return (
    <div class={inline === true ? "holder holder--inline" : "holder"}>
      <div class="rowx rowx--nowrap grow">
        <Avatar id={held.participant_id} name={name} />
        <div class="grow">
          <p class="rowx rowx--between">
            <span class="strong">{t("console.speaking_now", { name })}</span>
            {left !== null && (
              <span class="floor__time" role="timer">
                <span class="sr">{t("console.left")} </span>
                {countdown(left)}
              </span>
            )}
          </p>
          {left !== null ? (
            <Bar part={left} whole={total} size="thin" fill={left <= 30 ? "pending" : "on"} />
          ) : (
            <p class="small muted">{t("console.floor_no_limit")}</p>
          )}
        </div>
      </div>
      <div class="btn-pair btn-pair--even">
        {left !== null && <Button onPress={() => tap("ExtendFloor", { seconds: 60 })}>{t("console.one_more_minute")}</Button>}
        <Button onPress={() => tap("EndFloor", {})}>{t("console.take_back")}</Button>
      </div>
    </div>
  );
}

function Waiting({ id, place }: { id: ParticipantId; place: number }): JSX.Element {
  const name = nameOf(id);
  return (
    <li class="row">
      <span class="agenda__no" role="img" aria-label={t("console.place_n", { n: place })}>
        {place}
      </span>
      <button class="row__main row__open" type="button" onClick={() => openAct({ kind: "person", participant: id })}>
        <span class="row__title">{name}</span>
        {participant(id)?.media.includes("audio") && <span class="row__sub">{t("console.mic_open")}</span>}
      </button>
      <span class="row__end">
        <Button
          kind={place === 1 && floor.value === null ? "primary" : "soft"}
          onPress={() => tap("GrantFloor", { participant_id: id, seconds: GIVEN })}
        >
          {t("console.give_minutes", { n: GIVEN / 60 })}
        </Button>
      </span>
    </li>
  );
}

export function Queue(): JSX.Element {
  const queue = hands.value;
  if (queue.length === 0) return <p class="small muted">{t("console.queue_empty")}</p>;
  return (
    <ol class="rows card card--flush card--line">
      {queue.map((id, index) => (
        <Waiting key={id} id={id} place={index + 1} />
      ))}
    </ol>
  );
}

/** Only who has the floor is heard: switched for the room the secretary is in. */
export function ModeratedRow(): JSX.Element | null {
  const room = myRoom.value;
  if (room === null) return null;
  return (
    <SwitchRow
      icon="mic"
      title={t("console.moderated")}
      sub={t(room.moderated ? "console.moderated_on" : "console.moderated_off")}
      on={room.moderated}
      onWord={t("console.on")}
      offWord={t("console.off")}
      onChange={(on) => tap("ModerateRoom", { room_id: room.room_id, moderated: on })}
    />
  );
}

/** A machine writes what is said in the room the secretary is in, where the server can. */
export function CaptionRow(): JSX.Element | null {
  const room = myRoom.value;
  if (room === null || room.kind === "text" || !captionsOffered.value || meeting.value?.phase !== MeetingPhase.OPEN) return null;
  return (
    <SwitchRow
      icon="text"
      title={t("captions.title")}
      sub={t(room.captioned ? "captions.on_words" : "captions.off_words")}
      on={room.captioned}
      onWord={t("console.on")}
      offWord={t("console.off")}
      onChange={(on) => tap("CaptionRoom", { room_id: room.room_id, captioned: on })}
    />
  );
}

export function openMicrophones(): number {
  const room = myRoom.value?.room_id ?? HALL;
  return Object.values(meeting.value?.participants ?? {}).filter((p) => p.room_id === room && p.media.includes("audio")).length;
}

export function MuteAllButton({ also }: { also?: string }): JSX.Element {
  const open = openMicrophones();
  return (
    <Button icon="micOff" {...(also === undefined ? {} : { also })} onPress={() => tap("MuteAll", {})}>
      {open > 0 ? t("console.mute_all_n", { n: open }) : t("console.mute_all")}
    </Button>
  );
}

/** On a wide screen, under the stage: one card. */
export function FloorCard(): JSX.Element {
  const queue = hands.value;
  return (
    <section class="card stack stack--s" aria-label={t("console.floor")}>
      <Holder inline />
      {floor.value === null && <p class="small muted">{t(queue.length ? "console.floor_free" : "console.floor_nobody")}</p>}
      {queue.length > 0 && (
        <div class="rowx queue">
          <span class="small muted">{t("console.waiting")}</span>
          {queue.slice(0, 4).map((id, index) => (
            <span class="rowx rowx--nowrap" key={id}>
              <span class="chip">
                <Icon name="hand" size="s" />
                {index + 1} {nameOf(id)}
              </span>
              <Button
                kind="soft"
                label={t("console.give_minutes_to", { n: GIVEN / 60, name: nameOf(id) })}
                onPress={() => tap("GrantFloor", { participant_id: id, seconds: GIVEN })}
              >
                {t("console.give_minutes", { n: GIVEN / 60 })}
              </Button>
            </span>
          ))}
          {queue.length > 4 && <span class="small muted">{t("console.more_waiting", { n: queue.length - 4 })}</span>}
        </div>
      )}
    </section>
  );
}

/** On a phone: its own tab. */
export function FloorTab(): JSX.Element {
  return (
    <>
      <section class="card stack" aria-label={t("console.floor")}>
        {floor.value === null ? <p>{t(hands.value.length ? "console.floor_free" : "console.floor_nobody")}</p> : <Holder />}
      </section>
      <section class="stack stack--s" aria-labelledby="waiting-title">
        <div class="section-title">
          <h2 id="waiting-title">{t("console.waiting_n", { n: hands.value.length })}</h2>
        </div>
        <Queue />
      </section>
      <section class="stack stack--s" aria-label={t("console.microphones")}>
        <div class="rows card card--flush">
          <ModeratedRow />
          <CaptionRow />
        </div>
        <MuteAllButton />
      </section>
    </>
  );
}
