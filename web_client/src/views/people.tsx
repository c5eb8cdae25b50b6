/** Who is on the list and who is here: groups, the queue for the floor, and what each one has open. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../core/i18n";
import { floor, hands, hears, isHere, people, quorum, rooms } from "../core/selectors";
import { speaking, you } from "../core/store";
import { HALL, type Participant } from "../wire/messages";
import { Avatar } from "../widgets/avatar";
import { Chip } from "../widgets/chip";
import { Evidence } from "../widgets/evidence";
import { Icon } from "../widgets/icon";
import { Tabs } from "../widgets/tabs";
import { lastEvidence } from "./evidence_words";
import { openSheet } from "./layout";
import { networkOf, networkWord } from "./network_words";
import { roleOf, standingOf } from "./names";

type Group = "all" | "here" | "away";
const group = signal<Group>("all");

function stateOf(person: Participant): string {
  if (floor.value?.participant_id === person.participant_id) return t("room.has_floor");
  if (speaking.value.includes(person.participant_id)) return t("room.speaking");
  return "";
}

/** Where someone is, in words: in this room, in a group room, on leave, not here. */
function whereabouts(person: Participant): string {
  if (!isHere(person))
    return t(person.leave_approved ? "room_people.on_leave" : person.left_at === null ? "room_people.not_come" : "room_people.gone");
  const room = rooms.value[person.room_id];
  if (person.room_id !== HALL && room !== undefined) return t("room_people.in_room", { room: room.title });
  return t("room_people.here");
}

function PersonRow({ person }: { person: Participant }): JSX.Element {
  const id = person.participant_id;
  const evidence = lastEvidence(person);
  const raised = hands.value.indexOf(id) + 1;
  const words = [roleOf(person), id === you.value?.participant_id ? t("room.you") : "", stateOf(person)].filter((word) => word !== "");
  const mic = hears(id);
  const network = isHere(person) ? networkOf(id) : 3;
  return (
    <li>
      <button class="row row--top" type="button" onClick={() => openSheet({ name: "person", participant: id })}>
        <Avatar id={id} name={person.name} />
        <span class="row__main">
          <span class="row__title">
            {person.name}
            <span class="role">{words.join(t("room.comma"))}</span>
          </span>
          {evidence === null ? (
            <span class="row__sub">
              {[whereabouts(person), person.standing === "full" || person.standing === "guest" ? "" : standingOf(person)]
                .filter((word) => word !== "")
                .join(t("room.comma"))}
            </span>
          ) : (
            <>
              <Evidence level={evidence.level} word={t(`room_people.level_${evidence.level}`)} />
              <span class="row__sub">{evidence.words}</span>
            </>
          )}
        </span>
        <span class="row__end">
          {raised > 0 && (
            <Chip tone="on" icon="hand">
              {raised}
              <span class="sr">{t("room.hand_up")}</span>
            </Chip>
          )}
          {network < 3 && (
            <Chip tone="pending" icon="weak">
              {networkWord(network)}
              <span class="sr">{t("room.net_of_person")}</span>
            </Chip>
          )}
          {person.media.includes("video") && (
            <>
              <Icon name="camera" />
              <span class="sr">{t("room.camera_on")}</span>
            </>
          )}
          {isHere(person) && (
            <>
              <Icon name={mic ? "mic" : "micOff"} />
              <span class="sr">{t(mic ? "room.mic_on" : "room.mic_off")}</span>
            </>
          )}
        </span>
      </button>
    </li>
  );
}

/** Those in the queue first, in its order; then who is here; then by name. */
function ordered(all: readonly Participant[]): readonly Participant[] {
  const rank = (p: Participant): number => {
    if (floor.value?.participant_id === p.participant_id) return 0;
    const place = hands.value.indexOf(p.participant_id);
    if (place >= 0) return 1 + place;
    if (!isHere(p)) return 9000;
    return p.role === "chair" ? 500 : p.role === "secretary" ? 501 : 1000;
  };
  return [...all].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "zh"));
}

export function People(): JSX.Element {
  const all = people.value;
  const here = all.filter(isHere);
  const away = all.filter((p) => !isHere(p));
  const shown = ordered(group.value === "all" ? all : group.value === "here" ? here : away);
  const counted = quorum.value;
  return (
    <section class="people" aria-label={t("room.people")}>
      {counted !== null && (
        <p class="people__count small muted">
          {t("room_people.counted", {
            expected: counted.entitled,
            present: counted.present,
            leave: all.filter((p) => p.leave_approved && !p.present).length,
          })}
        </p>
      )}
      <Tabs
        label={t("room_people.groups")}
        controls="people-list"
        value={group.value}
        onChoose={(value) => {
          group.value = value;
        }}
        tabs={[
          { value: "all", label: t("room_people.tab_all", { n: all.length }) },
          { value: "here", label: t("room_people.tab_here", { n: here.length }) },
          { value: "away", label: t("room_people.tab_away", { n: away.length }) },
        ]}
      />
      <div id="people-list" role="tabpanel" tabIndex={0} aria-label={t("room.people")}>
        {shown.length === 0 ? (
          <p class="small muted pad">{t("room_people.none")}</p>
        ) : (
          <ul class="rows card card--flush card--edge">
            {shown.map((person) => (
              <PersonRow key={person.participant_id} person={person} />
            ))}
          </ul>
        )}
        <details class="limits people__how">
          <summary>{t("room_people.how_counted")}</summary>
          <ul class="evlist">
            {(["confirmed", "responsive", "connected"] as const).map((level) => (
              <li key={level}>
                <Evidence level={level} word={t(`room_people.level_${level}`)} />
                <span class="small muted">{t(`room_people.means_${level}`)}</span>
              </li>
            ))}
          </ul>
        </details>
      </div>
    </section>
  );
}
