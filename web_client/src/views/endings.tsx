/** The screens after which nothing more comes by itself: each says what is so and offers the next step. */
import type { ComponentChildren, JSX } from "preact";
import { clockTime, minutesBetween, t } from "../core/i18n";
import { headWords } from "../core/ballot/kept";
import { boot, connection, meeting, recordHead, self, type Ending } from "../core/store";
import { actions } from "../core/actions";
import { Button } from "../widgets/button";
import { Icon, type IconName } from "../widgets/icon";
import { Row } from "../widgets/rows";

function url(name: string, fallback: string): string {
  return boot.value?.urls[name] ?? fallback;
}

function Screen({
  icon,
  title,
  words,
  children,
}: {
  icon: IconName;
  title: string;
  words: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="screen screen--narrow">
      <main class="ending">
        <div class="card empty">
          <Icon name={icon} />
          <h1>{title}</h1>
          <p>{words}</p>
          <div class="btn-stack">{children}</div>
        </div>
      </main>
    </div>
  );
}

const ICONS: Readonly<Record<Ending, IconName>> = {
  signed_out: "lock",
  forbidden: "lock",
  unknown_meeting: "calendar",
  removed: "door",
  replaced: "people",
  flooding: "warning",
  refused: "warning",
  left: "door",
};

function reload(): void {
  location.reload();
}

export function Ended({ ending }: { ending: Ending }): JSX.Element {
  const home = (
    <a
      class={
        ending === "left" || ending === "removed" || ending === "unknown_meeting"
          ? "btn btn--primary btn--lg btn--block"
          : "btn btn--lg btn--block"
      }
      href={url("home", "/")}
    >
      {t("states.to_home")}
    </a>
  );
  return (
    <Screen icon={ICONS[ending]} title={t(`states.end_${ending}`)} words={t(`states.end_${ending}_words`)}>
      {ending === "signed_out" && (
        <a class="btn btn--primary btn--lg btn--block" href={url("sign_in", "/sign-in")}>
          {t("states.sign_in")}
        </a>
      )}
      {(ending === "replaced" || ending === "flooding" || ending === "refused") && (
        <Button kind="primary" size="lg" block onPress={reload}>
          {t(ending === "replaced" ? "states.use_here" : "states.reload")}
        </Button>
      )}
      {ending === "removed" && (
        <Button size="lg" block onPress={reload}>
          {t("states.try_again")}
        </Button>
      )}
      {ending === "left" && (
        <Button size="lg" block onPress={reload}>
          {t("states.come_back")}
        </Button>
      )}
      {home}
    </Screen>
  );
}

/** The meeting is over: when, how long, and where its record will be. */
export function Adjourned(): JSX.Element | null {
  const state = meeting.value;
  if (state === null) return null;
  const opened = state.opened_at ?? state.starts_at;
  const closed = state.adjourned_at ?? opened;
  const id = encodeURIComponent(state.meeting_id);
  const forward = <Icon name="forward" />;
  return (
    <div class="screen screen--narrow">
      <main class="pad stack ending ending--top">
        <div class="card stack card--now">
          <div class="stack stack--s">
            <p class="small muted">{state.branch_name}</p>
            <h1>{t("states.adjourned")}</h1>
            <p>{state.title}</p>
            <p class="muted">
              {t("states.adjourned_words", { from: clockTime(opened), to: clockTime(closed), n: minutesBetween(opened, closed) })}
            </p>
          </div>
          {self.value !== null && (
            <p class="small">
              {t(self.value.first_arrived_at === null ? "states.you_did_not_come" : "states.you_came", {
                time: clockTime(self.value.first_arrived_at ?? opened),
              })}
            </p>
          )}
          {recordHead.value !== "" && (
            <p class="tiny muted">
              {t("states.record_head")}
              <br />
              <span class="mono">{headWords(recordHead.value)}</span>
            </p>
          )}
        </div>
        <ul class="rows card card--flush">
          <li>
            <Row
              icon="book"
              title={t("states.the_record")}
              sub={t("states.the_record_sub")}
              end={forward}
              href={url("archive", `/archive/${id}`)}
            />
          </li>
          <li>
            <Row
              icon="person"
              title={t("room_people.my_record")}
              sub={t("room_people.all_held")}
              end={forward}
              href={url("my_attendance", "/me")}
            />
          </li>
        </ul>
        <a class="btn btn--primary btn--lg btn--block" href={url("home", "/")}>
          {t("states.to_home")}
        </a>
      </main>
    </div>
  );
}

/** Before the first snapshot: what is being done, and from the fourth second on what else can be done. */
export function Connecting(): JSX.Element {
  const { attempt } = connection.value;
  return (
    <div class="screen screen--narrow">
      <main class="ending" aria-busy="true">
        <div class="card empty">
          <span class="dot dot--big pulse" />
          <h1>{t("states.connecting")}</h1>
          <p>{t(attempt > 1 ? "states.connecting_slow" : "states.connecting_words")}</p>
          {attempt > 1 && (
            <div class="btn-stack">
              <Button kind="primary" size="lg" block onPress={() => actions().reconnectNow()}>
                {t("states.try_now")}
              </Button>
              <a class="btn btn--lg btn--block" href={url("home", "/")}>
                {t("states.to_home")}
              </a>
            </div>
          )}
        </div>
      </main>
    </div>
  );
}
