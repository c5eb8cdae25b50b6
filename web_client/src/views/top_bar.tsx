/** Top of the room: title, agenda step, network and the way out; then 应到 / 实到, quorum and recording. */
import type { JSX } from "preact";
import { t } from "../core/i18n";
import { iRun } from "../core/permissions";
import { currentItem, myRoom, quorum } from "../core/selectors";
import { meeting, you } from "../core/store";
import { HALL } from "../wire/messages";
import { Button } from "../widgets/button";
import { Chip } from "../widgets/chip";
import { Net } from "../widgets/net";
import { go, openSheet } from "./layout";
import { networkOf, networkWord } from "./network_words";

function stepWords(): string {
  const step = currentItem.value;
  const room = myRoom.value;
  if (room !== null && room.room_id !== HALL) return t("room.in_group_room", { room: room.title });
  return step === null ? t("room.no_step") : t("room.step", { no: step.no, of: step.of, title: step.item.title });
}

export function TopBar(): JSX.Element {
  const level = networkOf(you.value?.participant_id ?? "");
  return (
    <header class="topbar">
      <div class="topbar__title">
        <h1>{meeting.value?.title}</h1>
        <p>{stepWords()}</p>
      </div>
      <Net level={level} word={networkWord(level)} />
      {iRun.value && (
        <Button kind="quiet" also="only-wide" onPress={() => go({ place: "console" })}>
          {t("room.to_console")}
        </Button>
      )}
      <Button kind="quiet" onPress={() => openSheet({ name: "leave" })}>
        {t("room.leave")}
      </Button>
    </header>
  );
}

/** 应到 29 实到 26; 26 of 29: each language puts the base where it reads best. */
export function HereCount({ expected, present }: { expected: number; present: number }): JSX.Element {
  const [before = "", after = ""] = t("room.here_count", { expected, present: "\n" })
    .split("\n")
    .map((part) => part.trim());
  return (
    <span class="quorum">
      {before !== "" && <span>{before}</span>}
      <b>{present}</b>
      {after !== "" && <span>{after}</span>}
    </span>
  );
}

export function StatusLine(): JSX.Element {
  const here = quorum.value;
  const state = meeting.value;
  return (
    <section class="statusline" aria-label={t("room.status")}>
      {here !== null && <HereCount expected={here.entitled} present={here.present} />}
      {here !== null &&
        state?.preset.quorum !== null &&
        (here.met ? (
          <Chip tone="counted" icon="check">
            {t("room.quorum_met")}
          </Chip>
        ) : (
          <Chip tone="pending" icon="pending">
            {t("room.quorum_short", { needed: here.needed })}
          </Chip>
        ))}
      {state?.recording != null && (
        <Chip tone="rec" dot="pulse">
          {t("room.recording")}
        </Chip>
      )}
    </section>
  );
}
