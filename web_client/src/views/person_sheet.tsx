/** One person: who they are here, and what this phone can do about their picture. */
import type { JSX } from "preact";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { hears, isHere, participant, rooms } from "../core/selectors";
import { media, you } from "../core/store";
import { HALL, type ParticipantId } from "../wire/messages";
import { Avatar } from "../widgets/avatar";
import { Button } from "../widgets/button";
import { Chip } from "../widgets/chip";
import { Net } from "../widgets/net";
import { Sheet } from "../widgets/sheet";
import { back, go } from "./layout";
import { FlowsFrom } from "./network_sheet";
import { networkOf, networkWord } from "./network_words";
import { roleOf, standingOf } from "./names";

/** Their network in words, and what reaches this phone from them. */
export function PersonNetwork({ participantId, own }: { participantId: ParticipantId; own: boolean }): JSX.Element {
  const level = networkOf(participantId);
  return (
    <section class="stack stack--s" aria-label={t("room.net_title")}>
      <p class="rowx">
        <span class="muted">{t("room.net_of_person")}</span>
        <Net level={level} word={networkWord(level)} />
      </p>
      {own ? (
        <Button block onPress={() => go({ sheet: { name: "network" } })}>
          {t("room.net_title")}
        </Button>
      ) : (
        media.value.profile !== "text" && <FlowsFrom participantId={participantId} />
      )}
    </section>
  );
}

export function PersonSheet({ participantId }: { participantId: ParticipantId }): JSX.Element | null {
  const person = participant(participantId);
  if (person === null) return null;
  const own = participantId === you.value?.participant_id;
  const pinned = media.value.pinned === participantId;
  const room = rooms.value[person.room_id];
  const pictures = media.value.available && media.value.profile === "video" && isHere(person) && !own;
  return (
    <Sheet
      title={person.name}
      onClose={back}
      foot={
        <>
          {own && (
            <Button size="lg" block onPress={() => go({ sheet: { name: "attendance" } })}>
              {t("room_people.my_record")}
            </Button>
          )}
          {pictures && (
            <Button
              size="lg"
              block
              pressed={pinned}
              onPress={() => {
                actions().pin(pinned ? null : participantId);
                back();
              }}
            >
              {t(pinned ? "room_people.unpin" : "room_people.pin")}
            </Button>
          )}
          <Button size="lg" kind="primary" block onPress={back}>
            {t("room.close")}
          </Button>
        </>
      }
    >
      <div class="rowx rowx--nowrap">
        <Avatar id={participantId} name={person.name} size="l" />
        <div class="stack stack--s">
          <p>{[roleOf(person), standingOf(person)].filter((word) => word !== "").join(t("room.comma"))}</p>
          {person.kind === "person" && <p class="small muted">{t(person.voting ? "room_people.voting" : "room_people.not_voting")}</p>}
        </div>
      </div>
      <p class="rowx">
        <Chip tone={isHere(person) ? "on" : "pending"} dot="still">
          {t(isHere(person) ? "room_people.here" : person.leave_approved ? "room_people.on_leave" : "room_people.away")}
        </Chip>
        {isHere(person) && (
          <Chip icon={hears(participantId) ? "mic" : "micOff"}>{t(hears(participantId) ? "room.mic_on" : "room.mic_off")}</Chip>
        )}
        {person.media.includes("video") && <Chip icon="camera">{t("room.camera_on")}</Chip>}
        {person.room_id !== HALL && room !== undefined && <Chip icon="rooms">{room.title}</Chip>}
      </p>
      {isHere(person) && media.value.available && <PersonNetwork participantId={participantId} own={own} />}
    </Sheet>
  );
}
