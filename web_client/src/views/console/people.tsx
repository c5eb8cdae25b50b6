/** Everyone on the list with their evidence; a tap opens what can be done. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { folded } from "../../core/characters";
import { awaitsExclusion } from "../../core/attendance";
import { isOutside, recusedFrom } from "../../core/recusal";
import { t } from "../../core/i18n";
import { floor, hands, isHere, participant, participants } from "../../core/selectors";
import { meeting, speaking, you } from "../../core/store";
import { HALL, type Participant } from "../../wire/messages";
import { Avatar } from "../../widgets/avatar";
import { Evidence } from "../../widgets/evidence";
import { Icon } from "../../widgets/icon";
import { lastEvidence } from "../evidence_words";
import { roleOf } from "../names";
import { openAct } from "./acts";
import { inHall } from "./attendance";

const sought = signal("");

function subWords(p: Participant): string {
  const words: string[] = [roleOf(p)];
  if (p.participant_id === you.value?.participant_id) words.push(t("console.you"));
  if (p.resembles !== null)
    words.push(t("console.looks_like", { name: participant(p.resembles)?.name ?? t("room.notice_lookalike_someone") }));
  if (p.kind === "hall_camera") {
    words.push(t(isHere(p) ? "room_people.camera_on" : "room_people.camera_off"));
  } else if (p.removed) {
    words.push(t("console.was_removed"));
  } else if (!p.present) {
    words.push(
      p.leave_approved
        ? t("console.is_on_leave", { reason: p.leave_reason })
        : p.excluded_reason
          ? t(awaitsExclusion(p) ? "console.not_counted_yet" : "console.not_counted")
          : t(p.left_at === null ? "console.not_come_short" : "console.left_short"),
    );
  } else {
    if (meeting.value !== null && isOutside(meeting.value, p)) {
      words.push(t(recusedFrom(p) === null ? "console.is_outside" : "console.is_recused"));
      return words.filter(Boolean).join(t("console.comma"));
    }
    const room = meeting.value?.rooms[p.room_id];
    const place = hands.value.indexOf(p.participant_id) + 1;
    if (floor.value?.participant_id === p.participant_id) words.push(t("console.has_floor"));
    else if (speaking.value.includes(p.participant_id)) words.push(t("console.speaking"));
    else words.push(p.room_id !== HALL && room ? room.title : t(inHall(p) ? "console.in_hall" : "console.online"));
    if (place > 0) words.push(t("console.waiting_place", { n: place }));
  }
  return words.filter(Boolean).join(t("console.comma"));
}

function rank(p: Participant): number {
  if (floor.value?.participant_id === p.participant_id) return 0;
  const place = hands.value.indexOf(p.participant_id);
  if (place >= 0) return 1 + place;
  if (p.removed) return 9_900;
  if (!p.present) return p.leave_approved ? 9_100 : 9_000;
  return p.role === "chair" ? 500 : p.role === "secretary" ? 501 : 1_000;
}

function Line({ p }: { p: Participant }): JSX.Element {
  const level = lastEvidence(p)?.level ?? "none";
  const word =
    p.kind === "hall_camera"
      ? ""
      : p.present
        ? t(`room_people.level_${level === "none" ? "connected" : level}`)
        : t(p.leave_approved ? "console.on_leave" : "console.away");
  return (
    <li>
      <button class="row" type="button" onClick={() => openAct({ kind: "person", participant: p.participant_id })}>
        <Avatar id={p.participant_id} name={p.name} size="s" />
        <span class="row__main">
          <span class="row__title">{p.name}</span>
          <span class="row__sub">{subWords(p)}</span>
        </span>
        {p.media.includes("audio") && (
          <span class="row__end">
            <Icon name="mic" />
            <span class="sr">{t("console.mic_open")}</span>
          </span>
        )}
        {p.kind === "person" && <Evidence level={p.present ? level : "none"} word={word} />}
      </button>
    </li>
  );
}

export function PeopleSearch(): JSX.Element {
  return (
    <div class="search">
      <Icon name="search" />
      <label class="sr" for="find-person">
        {t("console.find")}
      </label>
      <input
        class="input"
        id="find-person"
        type="search"
        placeholder={t("console.find")}
        value={sought.value}
        autocomplete="off"
        onInput={(event) => {
          sought.value = event.currentTarget.value;
        }}
      />
    </div>
  );
}

export function PeopleList(): JSX.Element {
  const words = folded(sought.value);
  const shown = Object.values(participants.value)
    .filter((p) => folded(p.name).includes(words))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "zh"));
  if (shown.length === 0) return <p class="small muted pad">{t("console.nobody_found")}</p>;
  return (
    <ul class="rows people-rows">
      {shown.map((p) => (
        <Line key={p.participant_id} p={p} />
      ))}
    </ul>
  );
}
