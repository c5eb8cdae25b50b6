/** Not open yet: who is here, when it begins, and how one will enter: one's own picture and both switches. Nothing is sent from here. */
import type { JSX } from "preact";
import { useCallback } from "preact/hooks";
import { actions, send } from "../core/actions";
import { second } from "../core/clock";
import { clockTime, day, list, t, zoneNote } from "../core/i18n";
import { iRun } from "../core/permissions";
import { floorRequired, gathered, presentPeople, quorum } from "../core/selectors";
import { media, meeting, you, type DeviceState } from "../core/store";
import { Avatar } from "../widgets/avatar";
import { Button } from "../widgets/button";
import { Chip } from "../widgets/chip";
import { Icon } from "../widgets/icon";
import { SwitchRow } from "../widgets/rows";
import { Picture } from "../widgets/tile";
import { Banners } from "./banners";
import { Meter } from "./device_check";
import { go, openSheet } from "./layout";
import { toggleMicrophone } from "./microphone";

const chosen = (state: DeviceState): boolean => state === "ready" || state === "opening";

function switchCamera(on: boolean): void {
  if (!on) {
    actions().closeCamera();
    return;
  }
  actions().chooseProfile("video");
  void actions().openCamera();
}

/** How one will enter. What is switched on is seen and measured on this phone alone. */
function Entering(): JSX.Element | null {
  const { available, profile, canCapture, microphone, camera } = media.value;
  const attach = useCallback((element: HTMLVideoElement | null) => actions().attachVideo("own-camera", element), []);
  if (!available || !canCapture || profile === "text") return null;
  const row = { onWord: t("room.on"), offWord: t("room.off") };
  const after = (on: boolean): string => t(on ? "states.wait_opens" : "states.wait_stays_off");
  return (
    <section class="stack stack--s" aria-labelledby="entering">
      <h2 class="small strong" id="entering">
        {t("states.wait_how")}
      </h2>
      <ul class="rows card card--line card--flush">
        <li>
          <SwitchRow
            {...row}
            icon={chosen(microphone) ? "mic" : "micOff"}
            title={t("states.wait_mic")}
            sub={floorRequired.value ? t("errors.floor_required") : after(chosen(microphone))}
            on={chosen(microphone)}
            onChange={toggleMicrophone}
          />
        </li>
        <li>
          <SwitchRow
            {...row}
            icon={chosen(camera) ? "camera" : "cameraOff"}
            title={t("room.camera")}
            sub={after(chosen(camera))}
            on={chosen(camera)}
            onChange={switchCamera}
          />
        </li>
      </ul>
      {camera === "ready" && (
        <div class="tile check__picture">
          <Picture attach={attach} label={t("states.check_own_picture")} mirror />
        </div>
      )}
      {microphone === "ready" && <Meter />}
      <p class="small muted">{t("states.wait_private")}</p>
    </section>
  );
}

export function WaitingRoom({ console }: { console: boolean }): JSX.Element | null {
  const state = meeting.value;
  if (state === null) return null;
  const here = presentPeople.value;
  const rest = gathered(here);
  const minutes = Math.ceil((state.starts_at - second.value) / 60_000);
  const counted = quorum.value;
  return (
    <div class="screen screen--narrow">
      <Banners />
      <main class="join">
        <div class="join__top">
          <div class="rowx rowx--between">
            <Chip tone="pending" icon="clock">
              {minutes > 0 ? t("states.starts_in", { n: minutes }) : t("states.starts_soon")}
            </Chip>
            <Button kind="quiet" onPress={() => openSheet({ name: "leave" })}>
              {t("room.leave")}
            </Button>
          </div>
          <h1 class="join__title">{state.title}</h1>
          <ul class="facts">
            <li>
              <Icon name="people" />
              <span>{state.branch_name}</span>
            </li>
            <li>
              <Icon name="calendar" />
              <span>
                {day(state.starts_at)} {clockTime(state.starts_at)} {zoneNote()}
                {state.place === "" ? "" : `${t("room.comma")}${state.place}`}
              </span>
            </li>
          </ul>
          {state.recording_planned && (
            <div class="banner banner--rec banner--round">
              <span class="dot" aria-hidden="true" />
              <p class="grow">
                <b>{t("states.will_record")}</b> {t("states.will_record_words")}
              </p>
            </div>
          )}
        </div>
        <div class="pad stack">
          <Entering />
          <section class="stack stack--s" aria-label={t("states.here_now", { n: here.length })}>
            <h2 class="small strong">
              {t("states.here_now", { n: here.length })}
              {counted === null ? "" : ` · ${t("states.expected", { n: counted.entitled })}`}
            </h2>
            <ul class="here">
              {rest.faces.map((p) => (
                <li key={p.participant_id}>
                  <Avatar id={p.participant_id} name={p.name} size="s" />
                  <span>
                    {p.name}
                    {p.participant_id === you.value?.participant_id ? `（${t("room.you")}）` : ""}
                  </span>
                </li>
              ))}
            </ul>
            {rest.named.length > 0 && (
              <p class="small muted">
                {list(rest.named.map((p) => p.name))}
                {rest.more > 0 && ` ${t("states.and_more", { n: rest.more })}`}
              </p>
            )}
            <p class="small muted">{t(iRun.value ? "states.waiting_runner" : "states.waiting")}</p>
          </section>
        </div>
        <div class="bottom-act">
          {iRun.value && (
            <Button kind="primary" size="lg" block onPress={() => void send("OpenMeeting", {})}>
              {t("states.open_meeting")}
            </Button>
          )}
          {iRun.value && console && (
            <Button size="lg" block icon="list" onPress={() => go({ place: "console" })}>
              {t("room.to_console")}
            </Button>
          )}
          <Button size="lg" block icon="more" onPress={() => openSheet({ name: "more" })}>
            {t("room.more")}
          </Button>
        </div>
      </main>
    </div>
  );
}
