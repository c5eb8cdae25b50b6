/** The list of turns: who has spoken, who is next, and one button that gives the next the floor. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { meeting } from "../../core/store";
import { nextTurn, turns, turnsItem } from "../../core/turns";
import type { ItemId, ParticipantId } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { tap } from "./asking";
import { MeetingPhase } from "../../wire/messages";

/** Seconds of one turn; the chair can give more. */
const GIVEN = 180;
/** Who was given the floor from this device, by item. */
const called = signal<Readonly<Record<ItemId, readonly ParticipantId[]>>>({});

export function Turns(): JSX.Element | null {
  const state = meeting.value;
  const item = state ? turnsItem(state) : null;
  if (state === null || item === null || state.phase !== MeetingPhase.OPEN) return null;
  const before = called.value[item.item_id] ?? [];
  const list = turns(state, item, before);
  const next = nextTurn(list);
  const give = (id: ParticipantId): void => {
    called.value = { ...called.value, [item.item_id]: [...before.filter((one) => one !== id), id] };
    tap("GrantFloor", { participant_id: id, seconds: GIVEN });
  };
  return (
    <section class="card card--line stack stack--s" aria-labelledby="turns">
      <p class="rowx rowx--between">
        <b id="turns">{t("console.turns")}</b>
        <span class="small muted">
          {t("console.turns_done", { n: list.filter((one) => one.state === "spoken").length, of: list.length })}
        </span>
      </p>
      <ol class="stack stack--s">
        {list.map(({ person, state: turn }) => (
          <li class="rowx rowx--between" key={person.participant_id}>
            <span>{person.name}</span>
            <Chip {...(turn === "speaking" ? { tone: "on" as const } : turn === "spoken" ? { tone: "counted" as const } : {})}>
              {t(`console.turn_${turn}`)}
            </Chip>
          </li>
        ))}
      </ol>
      {next === null ? (
        <p class="small muted">{t("console.turns_over")}</p>
      ) : (
        <Button block icon="mic" onPress={() => give(next.person.participant_id)}>
          {t("console.turn_next", { name: next.person.name })}
        </Button>
      )}
    </section>
  );
}
