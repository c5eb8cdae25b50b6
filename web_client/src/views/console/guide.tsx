/** The chair's guide: what comes next on this agenda, and one button that does it. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { guideHint, guideTitle } from "./guide_words";
import { t } from "../../core/i18n";
import {
  committeeElected,
  type GuideSheet,
  type GuideStep,
  isGuided,
  nextStep,
  preparations,
  skipStep,
  tellersMissing,
} from "../../core/guide";
import { meeting } from "../../core/store";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { Row } from "../../widgets/rows";
import { openAct } from "./acts";
import { tapEach } from "./asking";
import { papersOf } from "../../core/papers_out";
import { MeetingPhase } from "../../wire/messages";

/** Its commands are on their way. */
const busy = signal(false);

/** Whether this agenda is one the guide leads through, now that the meeting is open. */
export function guides(): boolean {
  const state = meeting.value;
  return state !== null && state.phase === MeetingPhase.OPEN && isGuided(state);
}

function open(opens: GuideSheet): void {
  switch (opens.sheet) {
    case "draft":
      openAct({ kind: "draft", item: opens.item });
      break;
    case "officers":
    case "adjourn":
      openAct({ kind: opens.sheet });
      break;
    default:
      openAct({ kind: opens.sheet, motion: opens.motion });
  }
}

function act(step: GuideStep): void {
  busy.value = true;
  tapEach(step.commands, (done) => {
    busy.value = false;
    if (done && step.sheet !== null) open(step.sheet);
  });
}

/** One button, one step; and, where something is left undone, the way past it. */
export function Guide(): JSX.Element | null {
  const state = meeting.value;
  if (state === null) return null;
  const step = nextStep(state, papersOf);
  const skip = skipStep(state, papersOf);
  const waits = step.commands.length === 0 && step.sheet === null;
  const hint = guideHint(state, step);
  return (
    <div class="stack stack--s guide">
      {hint !== "" && (
        <p class="small muted" role="status">
          {hint}
        </p>
      )}
      <Button
        kind={step.force ? "force" : "primary"}
        size="lg"
        block
        unavailable={busy.value ? t("console.sending") : waits ? guideTitle(step) : undefined}
        onPress={() => act(step)}
      >
        {guideTitle(step)}
        {step.say.startsWith("next") && <Icon name="forward" size="s" />}
      </Button>
      {committeeElected(state) && (
        <a class="btn btn--block" href={`/meetings/${encodeURIComponent(state.meeting_id)}/committee`} target="_blank" rel="noopener">
          <Icon name="people" />
          {t("console.guide_committee")}
        </a>
      )}
      {skip !== null && (
        <Button kind="quiet" block onPress={() => act(skip)}>
          {guideTitle(skip)}
        </Button>
      )}
    </div>
  );
}

/** Before the meeting opens: papers its agenda needs and nobody has prepared. */
export function Preparations(): JSX.Element | null {
  const state = meeting.value;
  if (state === null || state.phase !== MeetingPhase.CONVENED) return null;
  const items = preparations(state);
  const tellers = tellersMissing(state);
  if (items.length === 0 && !tellers) return null;
  return (
    <section class="stack stack--s" aria-labelledby="guide-prepare">
      <h2 class="small strong" id="guide-prepare">
        {t("console.guide_before")}
      </h2>
      <ul class="rows card card--flush">
        {items.map((item) => (
          <li key={item.item_id}>
            <Row
              icon="edit"
              title={t("console.guide_prepare", { title: item.title })}
              sub={t(`console.guide_prepare_${item.purpose}`)}
              end={<Icon name="forward" />}
              onPress={() => openAct({ kind: "draft", item: item.item_id })}
            />
          </li>
        ))}
        {tellers && (
          <li>
            <Row
              icon="people"
              title={t("console.guide_name_tellers")}
              sub={t("console.guide_name_tellers_sub")}
              end={<Icon name="forward" />}
              onPress={() => openAct({ kind: "officers" })}
            />
          </li>
        )}
      </ul>
    </section>
  );
}
