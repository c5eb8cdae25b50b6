/** What the secretary does now and then: recording, notes, rooms, chat, microphones, the end of the meeting. */
import type { JSX } from "preact";
import { list, t } from "../../core/i18n";
import { nameOf } from "../../core/selectors";
import { meeting } from "../../core/store";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { Row, SwitchRow } from "../../widgets/rows";
import { Sheet } from "../../widgets/sheet";
import { back, go } from "../layout";
import { openAct } from "./acts";
import { reportAddress } from "./attendance";
import { tap } from "./asking";
import { CaptionRow, ModeratedRow } from "./floor";

const forward = <Icon name="forward" />;

export function ConsoleMore(): JSX.Element {
  const state = meeting.value;
  const groups = Object.keys(state?.rooms ?? {}).length - 1;
  const stage = state === null ? "" : `/meetings/${encodeURIComponent(state.meeting_id)}/stage`;
  const report = reportAddress();
  return (
    <Sheet
      title={t("console.more")}
      onClose={back}
      bodyClass="more"
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("console.close")}
        </Button>
      }
    >
      <ul class="rows card card--line card--flush">
        <li>
          <Row
            icon="circle"
            title={t(state?.recording ? "console.recording_on" : "console.recording_off")}
            sub={t(state?.recording ? "console.recording_on_sub" : "console.recording_off_sub")}
            end={forward}
            onPress={() => openAct({ kind: "recording" })}
          />
        </li>
        <li>
          <Row
            icon="edit"
            title={t("console.take_note")}
            sub={state?.notes.length ? t("console.notes_n", { n: state.notes.length }) : t("console.no_notes")}
            end={forward}
            onPress={() => openAct({ kind: "note", participant: null })}
          />
        </li>
        <li>
          <Row
            icon="rooms"
            title={t("console.rooms")}
            sub={groups > 0 ? t("console.rooms_n", { n: groups }) : t("console.rooms_none")}
            end={forward}
            onPress={() => openAct({ kind: "rooms" })}
          />
        </li>
        <li>
          <Row
            icon="lock"
            title={t("console.officers")}
            sub={state?.officers.length ? list(state.officers.map((one) => nameOf(one.participant_id))) : t("console.officers_none")}
            end={forward}
            onPress={() => openAct({ kind: "officers" })}
          />
        </li>
      </ul>
      <div class="rows card card--line card--flush">
        <SwitchRow
          icon="chat"
          title={t("console.chat_open")}
          sub={t(state?.chat_paused ? "console.chat_paused_sub" : "console.chat_open_sub")}
          on={!state?.chat_paused}
          onWord={t("console.on")}
          offWord={t("console.off")}
          onChange={(on) => tap("PauseChat", { paused: !on })}
        />
        <ModeratedRow />
        <CaptionRow />
      </div>
      <ul class="rows card card--line card--flush">
        {report !== null && (
          <li>
            <Row icon="people" title={t("console.report_title")} href={report} end={forward} />
          </li>
        )}
        <li>
          <Row icon="screen" title={t("console.stage")} sub={t("console.stage_sub")} href={stage} end={forward} />
        </li>
        <li>
          <Row icon="door" title={t("console.to_room")} onPress={() => go({ sheet: null, place: "room", panel: "stage" })} end={forward} />
        </li>
      </ul>
      <ul class="rows card card--line card--flush">
        <li>
          <Row
            icon="door"
            title={t("room.leave_meeting")}
            sub={t("console.leave_sub")}
            end={forward}
            onPress={() => go({ sheet: { name: "leave" } })}
          />
        </li>
      </ul>
      <Button size="lg" block onPress={() => openAct({ kind: "adjourn" })}>
        {t("console.adjourn")}
      </Button>
    </Sheet>
  );
}
