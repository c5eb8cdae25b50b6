/** What can be done with one person: the floor, their microphone, marking, rooms, the chair, and removing. */
import { awaitsExclusion, WITHHELD } from "../../core/attendance";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { actions } from "../../core/actions";
import { t } from "../../core/i18n";
import { may } from "../../core/permissions";
import { recusedFrom } from "../../core/recusal";
import { floor, hands, participant } from "../../core/selectors";
import { media, meeting, you } from "../../core/store";
import { HALL, type ParticipantId, type Role, MeetingPhase } from "../../wire/messages";
import { Avatar } from "../../widgets/avatar";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Evidence } from "../../widgets/evidence";
import { Field } from "../../widgets/field";
import { Icon } from "../../widgets/icon";
import { Row } from "../../widgets/rows";
import { Sheet } from "../../widgets/sheet";
import { offerUndo } from "../../widgets/toast";
import { intervalWords, lastEvidence } from "../evidence_words";
import { back, go } from "../layout";
import { roleOf, standingOf } from "../names";
import { AskingError, tap, useAsking } from "./asking";

type Step = "acts" | "room" | "remove";
/** Up to so many rooms are named at once; more have a list of their own. */
const ROOMS_NAMED = 4;

export function PersonActs({ participantId }: { participantId: ParticipantId }): JSX.Element | null {
  const p = participant(participantId);
  const step = useSignal<Step>("acts");
  const reason = useSignal("");
  const asking = useAsking();
  if (p === null) return null;
  const own = participantId === you.value?.participant_id;
  const state = meeting.value;
  const evidence = lastEvidence(p);
  const rooms = Object.values(state?.rooms ?? {});
  const role: Role = p.role === "member" || p.role === "guest" ? "chair" : "member";
  const groups = rooms.filter((room) => room.room_id !== HALL && room.room_id !== p.room_id);
  const ask = asking.ask;
  /** Done at once, because it can be taken back at once. */
  const assign = (): void => {
    const before = p.role;
    ask("AssignRole", { participant_id: participantId, role }, () => {
      back();
      offerUndo(t(role === "chair" ? "console.chair_handed" : "console.chair_taken", { name: p.name }), t("console.undo"), () =>
        tap("AssignRole", { participant_id: participantId, role: before }),
      );
    });
  };
  const asked = recusedFrom(p);
  const recuse = (): void =>
    ask("RecuseParticipant", { participant_id: participantId }, () => {
      back();
      offerUndo(t("console.recused", { name: p.name }), t("console.undo"), () =>
        tap("RecallParticipant", { participant_id: participantId }),
      );
    });
  const remove = (): void =>
    ask("RemoveParticipant", { participant_id: participantId, reason: reason.value.trim() }, () => {
      back();
      offerUndo(t("console.removed_person", { name: p.name }), t("console.readmit"), () =>
        tap("ReadmitParticipant", { participant_id: participantId }),
      );
    });

  if (p.removed) {
    return (
      <Sheet
        title={p.name}
        onClose={back}
        step="removed"
        foot={
          <>
            <AskingError asking={asking} />
            <div class="btn-pair btn-pair--even">
              <Button size="lg" onPress={back}>
                {t("console.close")}
              </Button>
              <Button size="lg" kind="primary" onPress={() => ask("ReadmitParticipant", { participant_id: participantId }, back)}>
                {t("console.readmit")}
              </Button>
            </div>
          </>
        }
      >
        <p>{t("console.readmit_words")}</p>
      </Sheet>
    );
  }
  if (step.value === "remove") {
    return (
      <Sheet
        title={t("console.remove_title", { name: p.name })}
        onClose={back}
        step="remove"
        foot={
          <>
            <AskingError asking={asking} />
            <div class="btn-pair btn-pair--even">
              <Button
                size="lg"
                onPress={() => {
                  step.value = "acts";
                }}
              >
                {t("console.let_stay")}
              </Button>
              <Button size="lg" kind="force" onPress={remove}>
                {t("console.remove_person")}
              </Button>
            </div>
          </>
        }
      >
        <p>{t("console.remove_words")}</p>
        <Field
          id="remove-reason"
          label={t("console.reason")}
          hint={t("console.reason_recorded")}
          value={reason.value}
          onInput={(value) => {
            reason.value = value;
          }}
        />
      </Sheet>
    );
  }
  if (step.value === "room") {
    return (
      <Sheet
        title={t("console.send_title", { name: p.name })}
        onClose={back}
        step="room"
        foot={
          <>
            <AskingError asking={asking} />
            <Button
              size="lg"
              block
              onPress={() => {
                step.value = "acts";
              }}
            >
              {t("console.cancel")}
            </Button>
          </>
        }
      >
        <ul class="rows card card--line card--flush">
          {rooms.map((room) => (
            <li key={room.room_id}>
              <Row
                icon="rooms"
                title={room.room_id === HALL ? t("console.hall") : room.title}
                sub={room.room_id === p.room_id ? t("console.is_there") : t(`console.kind_${room.kind}`)}
                {...(room.room_id === p.room_id
                  ? {}
                  : {
                      onPress: () => ask("MoveParticipant", { participant_id: participantId, room_id: room.room_id }, back),
                      end: <Icon name="forward" />,
                    })}
              />
            </li>
          ))}
        </ul>
        <Button kind="soft" block icon="plus" onPress={() => go({ sheet: { name: "console", act: { kind: "rooms" } } })}>
          {t("console.make_room")}
        </Button>
      </Sheet>
    );
  }
  const held = floor.value?.participant_id === participantId;
  const raised = hands.value.includes(participantId);
  const pinned = media.value.pinned === participantId;
  return (
    <Sheet
      title={p.name}
      onClose={back}
      step="acts"
      foot={
        <>
          <AskingError asking={asking} />
          <Button size="lg" kind="primary" block onPress={back}>
            {t("console.close")}
          </Button>
        </>
      }
    >
      <div class="rowx rowx--nowrap">
        <Avatar id={participantId} name={p.name} size="l" />
        <div class="stack stack--s">
          <p>
            {[roleOf(p), standingOf(p), own ? t("console.you") : "", p.voting ? "" : t("console.no_vote")]
              .filter(Boolean)
              .join(t("console.comma"))}
          </p>
          {p.resembles !== null && (
            <p class="small">
              <Chip tone="pending" icon="people">
                {t("console.looks_like", { name: participant(p.resembles)?.name ?? t("room.notice_lookalike_someone") })}
              </Chip>
            </p>
          )}
          {evidence === null ? (
            <p class="small muted">
              {p.leave_approved
                ? t("console.is_on_leave", { reason: p.leave_reason })
                : awaitsExclusion(p)
                  ? t("console.not_counted_yet")
                  : p.excluded_reason === WITHHELD
                    ? t("console.not_counted")
                    : p.excluded_reason
                      ? t("console.not_counted_because", { reason: p.excluded_reason })
                      : t(p.present ? "console.online" : "console.not_come_short")}
            </p>
          ) : (
            <p class="small">
              <Evidence level={evidence.level} word={t(`room_people.level_${evidence.level}`)} />{" "}
              <span class="muted">{evidence.words}</span>
            </p>
          )}
        </div>
      </div>
      <ul class="rows card card--line card--flush">
        {p.present && !held && (
          <li>
            <Row
              icon="hand"
              title={t("console.give_floor")}
              sub={t("console.give_floor_sub")}
              onPress={() => ask("GrantFloor", { participant_id: participantId, seconds: 180 }, back)}
            />
          </li>
        )}
        {held && (
          <li>
            <Row icon="hand" title={t("console.take_back_floor")} onPress={() => ask("EndFloor", {}, back)} />
          </li>
        )}
        {raised && (
          <li>
            <Row icon="hand" title={t("console.lower_hand")} onPress={() => ask("LowerHand", { participant_id: participantId }, back)} />
          </li>
        )}
        {p.media.includes("audio") && (
          <li>
            <Row
              icon="micOff"
              title={t("console.mute")}
              sub={t("console.mute_sub")}
              onPress={() => ask("CloseMedia", { media: "audio", participant_id: participantId })}
            />
          </li>
        )}
        {p.media.includes("video") && !own && (
          <li>
            <Row
              icon="cameraOff"
              title={t("console.camera_off")}
              onPress={() => ask("CloseMedia", { media: "video", participant_id: participantId })}
            />
          </li>
        )}
        {p.media.includes("screen") && !own && (
          <li>
            <Row
              icon="screen"
              title={t("console.stop_screen")}
              onPress={() => ask("CloseMedia", { media: "screen", participant_id: participantId })}
            />
          </li>
        )}
        {media.value.profile === "video" && p.present && !own && (
          <li>
            <Row
              icon="camera"
              title={t(pinned ? "room_people.unpin" : "room_people.pin")}
              onPress={() => {
                actions().pin(pinned ? null : participantId);
                back();
              }}
            />
          </li>
        )}
        {!p.marked_present ? (
          <li>
            <Row
              icon="check"
              title={t("console.mark_in_hall")}
              sub={t("console.mark_in_hall_sub")}
              onPress={() => ask("MarkPresent", { participant_id: participantId })}
            />
          </li>
        ) : (
          <li>
            <Row
              icon="cross"
              title={t("console.unmark")}
              sub={t("console.unmark_sub")}
              onPress={() => ask("WithdrawMark", { participant_id: participantId })}
            />
          </li>
        )}
        {asked !== null && (
          <li>
            <Row
              icon="rooms"
              title={t("console.recall")}
              sub={t("console.recall_sub")}
              onPress={() => ask("RecallParticipant", { participant_id: participantId }, back)}
            />
          </li>
        )}
        {asked === null &&
          state?.phase === MeetingPhase.OPEN &&
          state.current_item !== null &&
          p.kind === "person" &&
          !may(p, "run_meeting") && (
            <li>
              <Row icon="door" title={t("console.recuse")} sub={t("console.recuse_sub")} onPress={recuse} />
            </li>
          )}
        {p.room_id !== HALL && (
          <li>
            <Row
              icon="rooms"
              title={t("console.call_back")}
              onPress={() => ask("MoveParticipant", { participant_id: participantId, room_id: HALL }, back)}
            />
          </li>
        )}
        {p.present &&
          groups.length > 0 &&
          groups.length <= ROOMS_NAMED &&
          groups.map((room) => (
            <li key={room.room_id}>
              <Row
                icon="rooms"
                title={t("console.send_to", { room: room.title })}
                onPress={() => ask("MoveParticipant", { participant_id: participantId, room_id: room.room_id }, back)}
              />
            </li>
          ))}
        {p.present && (groups.length === 0 || groups.length > ROOMS_NAMED) && (
          <li>
            <Row
              icon="rooms"
              title={t("console.send_to_room")}
              end={<Icon name="forward" />}
              onPress={() => {
                step.value = "room";
              }}
            />
          </li>
        )}
        <li>
          <Row
            icon="edit"
            title={t("console.note_about")}
            end={<Icon name="forward" />}
            onPress={() => go({ sheet: { name: "console", act: { kind: "note", participant: participantId } } })}
          />
        </li>
        {!own && p.role !== "guest" && (
          <li>
            <Row
              icon="list"
              title={t(role === "chair" ? "console.hand_chair" : "console.take_chair")}
              sub={t(role === "chair" ? "console.hand_chair_words" : "console.take_chair_words")}
              onPress={assign}
            />
          </li>
        )}
        {!own && (
          <li>
            <Row
              icon="remove"
              title={t("console.remove_person")}
              end={<Icon name="forward" />}
              onPress={() => {
                step.value = "remove";
              }}
            />
          </li>
        )}
      </ul>
      {p.intervals.length > 0 && (
        <details class="limits">
          <summary>{t("console.evidence")}</summary>
          <ul class="stack stack--s">
            {[...p.intervals]
              .slice(-8)
              .reverse()
              .map((interval) => (
                <li class="small" key={interval.since}>
                  {intervalWords(interval)}
                </li>
              ))}
          </ul>
        </details>
      )}
    </Sheet>
  );
}
