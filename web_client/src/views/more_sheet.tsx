/** More: everything that is done now and then. What this browser cannot do is not shown. */
import type { JSX } from "preact";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { iRun } from "../core/permissions";
import { currentItem, motions, sharer } from "../core/selectors";
import { media, meeting, you } from "../core/store";
import { Icon } from "../widgets/icon";
import { Row, SwitchRow } from "../widgets/rows";
import { Button } from "../widgets/button";
import { Sheet } from "../widgets/sheet";
import { back, go, layout } from "./layout";
import { BigTypeRow, ProfileChoice } from "./settings_sheet";
import { MotionPhase } from "../wire/messages";

const forward = <Icon name="forward" />;

function MediaRows(): JSX.Element | null {
  const { available, profile, camera, screen, canCapture, canShareScreen, canTurnCamera } = media.value;
  if (!available || profile === "text") return null;
  const cameraOn = camera !== "off" && camera !== "interrupted";
  const other = sharer.value !== null && sharer.value.participant_id !== you.value?.participant_id;
  return (
    <ul class="rows card card--line card--flush">
      {canCapture && profile === "video" && (
        <li>
          <SwitchRow
            icon={cameraOn ? "camera" : "cameraOff"}
            title={t("room.camera")}
            on={cameraOn}
            onWord={t("room.on")}
            offWord={t("room.off")}
            onChange={(on) => (on ? void actions().openCamera() : actions().closeCamera())}
          />
        </li>
      )}
      {canTurnCamera && camera === "open" && (
        <li>
          <Row icon="reload" title={t("room.turn_camera")} onPress={() => void actions().turnCamera()} />
        </li>
      )}
      {canShareScreen &&
        profile === "video" &&
        (screen === "off" ? (
          <li>
            <Row
              icon="screen"
              title={t("room.share_screen")}
              {...(other
                ? { sub: t("room.share_taken", { name: sharer.value?.name ?? "" }) }
                : {
                    onPress: () => {
                      back();
                      void actions().shareScreen();
                    },
                  })}
            />
          </li>
        ) : (
          <li>
            <Row
              icon="screen"
              title={t("room.stop_sharing")}
              onPress={() => {
                actions().stopSharing();
                back();
              }}
            />
          </li>
        ))}
      <li>
        <Row
          icon="mic"
          title={t("room.devices")}
          sub={t("room.devices_sub")}
          end={forward}
          onPress={() => go({ sheet: { name: "devices" } })}
        />
      </li>
    </ul>
  );
}

export function MoreSheet(): JSX.Element {
  const step = currentItem.value;
  const papers = meeting.value?.documents.length ?? 0;
  const votes = motions.value.filter((motion) => motion.phase !== MotionPhase.DRAFTED).length;
  const inConsole = layout.value.place === "console";
  return (
    <Sheet
      title={t("room.more")}
      onClose={back}
      bodyClass="more"
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("room.close")}
        </Button>
      }
    >
      {iRun.value && !inConsole && (
        <ul class="rows card card--line card--flush">
          <li>
            <Row
              icon="list"
              title={t("room.to_console")}
              sub={t("room.console_sub")}
              end={forward}
              onPress={() => go({ place: "console", panel: "stage", sheet: null })}
            />
          </li>
        </ul>
      )}
      {media.value.available && <ProfileChoice />}
      <MediaRows />
      <ul class="rows card card--line card--flush">
        <li>
          <Row
            icon="list"
            title={t("room.agenda")}
            sub={step === null ? t("room.no_step") : t("room.step", { no: step.no, of: step.of, title: step.item.title })}
            end={forward}
            onPress={() => go({ sheet: { name: "agenda" } })}
          />
        </li>
        {papers > 0 && (
          <li>
            <Row
              icon="book"
              title={t("room.documents")}
              sub={t("room.documents_n", { n: papers })}
              end={forward}
              onPress={() => go({ sheet: { name: "documents" } })}
            />
          </li>
        )}
        <li>
          <Row
            icon="ballot"
            title={t("vote.results")}
            sub={votes === 0 ? t("vote.no_results") : t("vote.results_n", { n: votes })}
            end={forward}
            onPress={() => go({ sheet: { name: "results" } })}
          />
        </li>
        <li>
          <Row
            icon="person"
            title={t("room_people.my_record")}
            sub={t("room_people.my_record_sub")}
            end={forward}
            onPress={() => go({ sheet: { name: "attendance" } })}
          />
        </li>
      </ul>
      <ul class="rows card card--line card--flush">
        <li>
          <BigTypeRow />
        </li>
        <li>
          <Row
            icon="language"
            title={t("room.settings")}
            sub={t("room.settings_sub")}
            end={forward}
            onPress={() => go({ sheet: { name: "settings" } })}
          />
        </li>
        <li>
          <Row icon="door" title={t("room.leave_meeting")} end={forward} onPress={() => go({ sheet: { name: "leave" } })} />
        </li>
      </ul>
    </Sheet>
  );
}
