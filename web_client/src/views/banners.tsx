/** What happened and what still works, across the top of the room; only what matters now, the gravest first. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { actions } from "../core/actions";
import { second } from "../core/clock";
import { t } from "../core/i18n";
import { hears, nameOf } from "../core/selectors";
import { boot, connection, media, outbox, self, you } from "../core/store";
import { Banner } from "../widgets/banner";
import { Button } from "../widgets/button";
import type { IconName } from "../widgets/icon";
import { deferredSheets } from "./deferred_sheets";
import { dismiss, notices, type Notice } from "./notices";
import { toggleMicrophone } from "./microphone";
import { refusalWords } from "./names";
import { ReplacedRule } from "./replaced_rule";
import { deferredVotes } from "./vote/deferred_views";
import { VoteStrip } from "./vote/vote_strip";

const LOOKS: Readonly<Record<Notice["kind"], { tone: "pending" | "on"; icon: IconName }>> = {
  lookalike: { tone: "pending", icon: "people" },
  muted: { tone: "pending", icon: "micOff" },
  floor_over: { tone: "pending", icon: "micOff" },
  withdrawn: { tone: "pending", icon: "ballot" },
  officers: { tone: "on", icon: "people" },
  roll_missed: { tone: "pending", icon: "rollcall" },
  moved: { tone: "on", icon: "rooms" },
  called_back: { tone: "on", icon: "rooms" },
  promoted: { tone: "on", icon: "list" },
};
const listenSeen = signal(false);

/** Stays as long as the page: whoever looks must know that this is no meeting. */
function Rehearsal(): JSX.Element | null {
  if (boot.value?.rehearsal !== true) return null;
  return (
    <Banner
      tone="pending"
      icon="info"
      title={t("states.rehearsal")}
      act={
        <a class="btn btn--quiet" href="/rehearsal/leave">
          {t("states.rehearsal_leave")}
        </a>
      }
    >
      {t("states.rehearsal_words")}
    </Banner>
  );
}

function Connection(): JSX.Element | null {
  const { phase, attempt, retryAt, caughtUp } = connection.value;
  if (phase === "reconnecting") {
    void second.value;
    const wait = retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    const tried = attempt > 0 ? t("states.tried", { n: attempt }) : "";
    const next = wait > 1 ? t("states.next_try", { n: wait }) : "";
    const kept = outbox.value.some((entry) => entry.kind === "CastBallot")
      ? "states.ballot_kept"
      : outbox.value.length > 0
        ? "states.acts_kept"
        : "states.place_kept";
    return (
      <Banner
        tone="weak"
        icon="offline"
        title={t("states.reconnecting")}
        act={
          wait > 1 ? (
            <Button kind="quiet" onPress={() => actions().reconnectNow()}>
              {t("states.try_now")}
            </Button>
          ) : undefined
        }
      >
        {tried} {next} {t(kept)}
      </Banner>
    );
  }
  if (phase === "live" && caughtUp !== null) {
    const open = hears(you.value?.participant_id ?? "");
    return (
      <Banner tone="counted" icon="check" title={t("states.back")}>
        {caughtUp > 0 ? t("states.caught_up", { n: caughtUp }) : ""} {t(open ? "states.mic_still_on" : "states.mic_still_off")}
      </Banner>
    );
  }
  return null;
}

function Media(): JSX.Element | null {
  const { phase, profile, needsTap, quality, pictureHeld, available, microphone, camera, refused, voiceElsewhere, leftOut } = media.value;
  if (connection.value.phase !== "live" || !available || profile === "text") return null;
  if (needsTap)
    return (
      <Banner
        tone="pending"
        icon="speaker"
        title={t("states.sound_blocked")}
        act={
          <Button kind="primary" onPress={() => actions().allowSound()}>
            {t("states.allow_sound")}
          </Button>
        }
      />
    );
  if (refused)
    return (
      <Banner tone="weak" icon="offline" title={t("errors.media_unavailable")}>
        {refusalWords(refused)}
      </Banner>
    );
  if (phase === "lost")
    return (
      <Banner tone="weak" icon="offline" title={t("states.media_lost")}>
        {t("states.media_lost_words")}
      </Banner>
    );
  if (microphone === "interrupted")
    return (
      <Banner
        tone="weak"
        icon="micOff"
        title={t("states.interrupted")}
        act={
          <Button kind="primary" onPress={toggleMicrophone}>
            {t("states.open_again")}
          </Button>
        }
      >
        {t("states.interrupted_words")}
      </Banner>
    );
  if (camera === "interrupted")
    return (
      <Banner
        tone="weak"
        icon="cameraOff"
        title={t("states.interrupted_camera")}
        act={
          <Button kind="primary" onPress={() => void actions().openCamera()}>
            {t("states.open_again")}
          </Button>
        }
      >
        {t("states.interrupted_camera_words")}
      </Banner>
    );
  if (voiceElsewhere !== null && microphone === "off" && self.value?.media.includes("audio") === true) {
    return (
      <Banner
        tone="on"
        icon="mic"
        title={t("states.voice_elsewhere")}
        act={
          <Button kind="quiet" onPress={toggleMicrophone}>
            {t("states.voice_here")}
          </Button>
        }
      >
        {t(`states.voice_${voiceElsewhere}`)}
      </Banner>
    );
  }
  if (pictureHeld)
    return (
      <Banner tone="weak" icon="weak" title={t("states.weak_sound_only")}>
        {t("states.weak_words")}
      </Banner>
    );
  if (quality !== null && quality <= 1 && phase === "live")
    return (
      <Banner tone="weak" icon="weak" title={t("states.weak")}>
        {t("states.weak_words_audio")}
      </Banner>
    );
  if (leftOut.length > 0 && profile === "video")
    return (
      <Banner tone="weak" icon="cameraOff" title={t("states.left_out", { name: nameOf(leftOut[0]) })}>
        {t("states.left_out_words")}
      </Banner>
    );
  if (boot.value?.as === "listen" && !listenSeen.value && microphone === "off") {
    return (
      <Banner
        tone="on"
        icon="headphones"
        title={t("states.listening")}
        act={
          <span class="rowx">
            <Button
              kind="quiet"
              onPress={() => {
                listenSeen.value = true;
                toggleMicrophone();
              }}
            >
              {t("room.open_mic")}
            </Button>
            <Button
              kind="quiet"
              onPress={() => {
                listenSeen.value = true;
              }}
            >
              {t("states.got_it")}
            </Button>
          </span>
        }
      >
        {t("states.listening_words")}
      </Banner>
    );
  }
  return null;
}

export function Banners(): JSX.Element {
  const votes = deferredVotes.value;
  const sheets = deferredSheets.value;
  return (
    <section class="banners" aria-label={t("room.news")}>
      <Rehearsal />
      <ReplacedRule />
      <VoteStrip />
      {votes && <votes.OfficerStrip />}
      {sheets && <sheets.KnockBanners />}
      <Connection />
      {notices.value.slice(-2).map((notice) => (
        <Banner
          key={notice.kind}
          tone={LOOKS[notice.kind].tone}
          icon={LOOKS[notice.kind].icon}
          title={notice.title}
          act={
            <Button kind="quiet" onPress={() => dismiss(notice)}>
              {t("states.got_it")}
            </Button>
          }
        >
          {notice.words}
        </Banner>
      ))}
      <Media />
    </section>
  );
}
