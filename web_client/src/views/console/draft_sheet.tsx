/** A motion, poll, survey, election or appraisal put into words, with the rule it will be decided by and what that takes here and now. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { excellentOf, mostExcellent, shareOf } from "../../core/appraisal";
import { t } from "../../core/i18n";
import { motions } from "../../core/selectors";
import { meeting } from "../../core/store";
import {
  AppraisalSheet,
  type CommandData,
  type ItemId,
  ItemPurpose,
  MotionForce,
  type MotionId,
  type ParticipantId,
  PollShape,
  type Preset,
  RuleMethod,
  type VoteMethod,
} from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Field } from "../../widgets/field";
import { Icon } from "../../widgets/icon";
import { Sheet } from "../../widgets/sheet";
import { back, go } from "../layout";
import { AskingError, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";
import { Basis, GradesGiven, gradesWrong, SheetChoice, withMembers } from "./draft_appraisal";
import { baseIsOpen, ElectionFields, seatsOf, termsWrong, type ElectionTerms } from "./draft_election";
import { draftFor, nominatedTitle, Nominees } from "./draft_purpose";
import { candidatesOf, PeopleOnPaper, type Standing } from "./draft_people";
import { RuleCard, RuleChoice } from "./rule_card";
import { adoptionRule, rules, sheetRules } from "./rules";
import { charactersOf, StrokesAsked, type StrokesTold } from "./strokes_asked";

const MOST = 12;
const MOST_WORDS = 3;
/** So few answers could be told apart. */
const SMALLEST_GROUP = 5;

function Choices({
  labels,
  onChange,
  tried,
}: {
  labels: readonly string[];
  onChange: (labels: readonly string[]) => void;
  tried: boolean;
}): JSX.Element {
  const change = (index: number, value: string): void => onChange(labels.map((label, n) => (n === index ? value : label)));
  return (
    <fieldset class="segments">
      <legend class="small strong">{t("console.choices")}</legend>
      <div class="stack stack--s">
        {labels.map((label, index) => (
          <div class="rowx rowx--nowrap" key={index}>
            <label class="sr" for={`choice-${index}`}>
              {t("console.choice_n", { n: index + 1 })}
            </label>
            <input
              class="input grow"
              id={`choice-${index}`}
              value={label}
              placeholder={t("console.choice_n", { n: index + 1 })}
              autocomplete="off"
              onInput={(event) => change(index, event.currentTarget.value)}
            />
            {labels.length > 2 && (
              <Button
                icon="remove"
                label={t("console.remove_choice", { n: index + 1 })}
                onPress={() => onChange(labels.filter((_, n) => n !== index))}
              />
            )}
          </div>
        ))}
        {labels.length < MOST && (
          <Button kind="soft" icon="plus" onPress={() => onChange([...labels, ""])}>
            {t("console.add_choice")}
          </Button>
        )}
        {tried && !goodChoices(labels) && (
          <p class="field__error">
            <Icon name="warning" size="s" />
            <span>{t("console.choices_wrong")}</span>
          </p>
        )}
      </div>
    </fieldset>
  );
}

function goodChoices(labels: readonly string[]): boolean {
  const words = labels.map((label) => label.trim());
  return words.length >= 2 && words.every(Boolean) && new Set(words).size === words.length;
}

/** How a motion or poll may be voted on: a rule may ask for one way. */
function methods(force: MotionForce, sheet: AppraisalSheet, preset: Preset | undefined): readonly VoteMethod[] {
  if (force === MotionForce.APPRAISAL && sheet !== AppraisalSheet.ORGANISATION) return [sheet === AppraisalSheet.SELF ? "named" : "secret"];
  if (force === MotionForce.ELECTION || force === MotionForce.SURVEY) return ["secret"];
  return force !== MotionForce.POLL && preset !== undefined && preset.method !== RuleMethod.FREE
    ? [preset.method]
    : ["open", "named", "secret"];
}

function excellentWords(preset: Preset, appraised: number): string {
  return appraised > 0
    ? t("console.excellent_rule", { most: mostExcellent(preset, appraised), of: excellentOf(preset, appraised), share: shareOf(preset) })
    : t("console.excellent_share", { share: shareOf(preset) });
}

export function DraftSheet({ itemId }: { itemId: ItemId | null }): JSX.Element {
  const asking = useAsking();
  const item = meeting.value?.agenda.find((one) => one.item_id === itemId) ?? null;
  const begun = draftFor(item);
  const force = useSignal<MotionForce>(begun.force ?? (rules("motion").length ? "motion" : "poll"));
  const title = useSignal(begun.title);
  const text = useSignal(begun.text);
  const nominees = useSignal<readonly ParticipantId[]>([]);
  const wished = useSignal<VoteMethod>("open");
  const presetId = useSignal(begun.presetId);
  const shape = useSignal<PollShape>("choices");
  const labels = useSignal<readonly string[]>(["", ""]);
  const most = useSignal(1);
  const group = useSignal(String(SMALLEST_GROUP));
  const sheet = useSignal<AppraisalSheet>("mutual");
  const basis = useSignal<readonly MotionId[]>([]);
  const candidates = useSignal<readonly Standing[]>([]);
  const terms = useSignal<ElectionTerms>({ seats: "", approval: "", base: "" });
  const told = useSignal<StrokesTold>({});
  const reason = useSignal("");
  const tried = useSignal(false);

  const kind = force.value;
  const asks = kind === MotionForce.POLL || kind === MotionForce.SURVEY;
  const ofPeople = kind === MotionForce.ELECTION || kind === MotionForce.APPRAISAL;
  const adopting = kind === MotionForce.APPRAISAL && sheet.value === AppraisalSheet.ORGANISATION;
  const possible = kind === MotionForce.APPRAISAL ? sheetRules(sheet.value, basis.value) : rules(kind);
  const named = possible.find((p) => p.preset_id === presetId.value) ?? possible[0];
  const chosen = adopting ? adoptionRule(named, basis.value) : named;
  const preset = kind === MotionForce.APPRAISAL && chosen ? withMembers(chosen) : chosen;
  const ways = methods(kind, sheet.value, preset);
  const method = ways.includes(wished.value) ? wished.value : (ways[0] ?? "open");
  const withLabels = asks && shape.value === PollShape.CHOICES;
  const ofCommittee = kind === MotionForce.APPRAISAL && sheet.value === AppraisalSheet.COMMITTEE;
  const electionWrong = kind === MotionForce.ELECTION ? termsWrong(terms.value, candidates.value.length, preset) : null;
  const groupWrong = kind === MotionForce.SURVEY && !(/^\d{1,3}$/.test(group.value.trim()) && Number(group.value) >= SMALLEST_GROUP);
  const nominating = kind === MotionForce.MOTION && item?.purpose === ItemPurpose.SCRUTINEERS;
  const gradingWrong = adopting && preset ? gradesWrong(candidates.value, preset, reason.value) : null;
  const good =
    gradingWrong === null &&
    title.value.trim() !== "" &&
    (!nominating || nominees.value.length > 0) &&
    (!withLabels || goodChoices(labels.value)) &&
    electionWrong === null &&
    !groupWrong &&
    (kind !== MotionForce.APPRAISAL || ofCommittee || candidates.value.length > 0);

  const fields = (): CommandData["DraftMotion"] => {
    const choices = withLabels ? labels.value.map((label) => ({ choice_id: "", label: label.trim() })) : [];
    const base = preset !== undefined && baseIsOpen(preset) && terms.value.base !== "" ? terms.value.base : null;
    return {
      title: nominating ? nominatedTitle(title.value.trim(), nominees.value) : title.value.trim(),
      nominees: nominating ? nominees.value : [],
      excludes: kind === MotionForce.MOTION && named?.preset_id === begun.presetId ? begun.excludes : [],
      text: text.value.trim(),
      item_id: item?.item_id ?? null,
      force: kind,
      method,
      choices,
      max_choices: withLabels ? Math.min(most.value, choices.length) : asks && shape.value === PollShape.WORD ? MOST_WORDS : 1,
      preset_id: asks ? "" : (named?.preset_id ?? ""),
      shape: asks ? shape.value : "choices",
      candidates: ofCommittee
        ? [{ candidate_id: "", name: t("console.the_committee"), strokes: 0, participant_id: null, grade: "", reason: "" }]
        : ofPeople
          ? candidatesOf(adopting ? candidates.value : candidates.value.map((one) => ({ ...one, grade: "" })))
          : [],
      terms:
        kind === MotionForce.ELECTION
          ? { seats: seatsOf(terms.value), approval_reference: terms.value.approval.trim(), base, run_off: false }
          : null,
      sheet: kind === MotionForce.APPRAISAL ? sheet.value : AppraisalSheet.MUTUAL,
      excellent_reason: adopting ? reason.value.trim() : "",
      characters: charactersOf(told.value),
      based_on: adopting ? basis.value : [],
      minimum_group: kind === MotionForce.SURVEY ? Number(group.value) : 0,
    };
  };
  const save = (then: "open" | "keep"): void => {
    tried.value = true;
    if (!good) return;
    const known = new Set(motions.value.map((m) => m.motion_id));
    const data = fields();
    asking.ask("DraftMotion", data, () => {
      const made = motions.value.find((m) => !known.has(m.motion_id) && m.title === data.title);
      if (then === "open" && made) go({ sheet: { name: "console", act: { kind: "open_vote", motion: made.motion_id } } });
      else back();
    });
  };

  return (
    <Sheet
      title={t("console.draft_title")}
      onClose={back}
      foot={
        <>
          {tried.value && gradingWrong !== null && (
            <p class="field__error" role="alert">
              <Icon name="warning" size="s" />
              <span>{gradingWrong}</span>
            </p>
          )}
          {tried.value && electionWrong !== null && (
            <p class="field__error" role="alert">
              <Icon name="warning" size="s" />
              <span>{electionWrong}</span>
            </p>
          )}
          <AskingError asking={asking} />
          <div class="btn-pair">
            <Button size="lg" onPress={() => save("keep")}>
              {t("console.keep_ready")}
            </Button>
            <Button size="lg" kind="primary" unavailable={asking.busy ? t("console.sending") : undefined} onPress={() => save("open")}>
              {t("console.to_opening")}
            </Button>
          </div>
        </>
      }
    >
      {item !== null && <p class="small muted">{t("console.for_item", { title: item.title })}</p>}
      <div class="field">
        <label for="force">{t("console.what_kind")}</label>
        <select
          class="input"
          id="force"
          value={kind}
          onChange={(event) => {
            force.value = event.currentTarget.value as MotionForce;
            tried.value = false;
          }}
        >
          {rules("motion").length > 0 && <option value="motion">{t("console.motion")}</option>}
          <option value="poll">{t("console.poll")}</option>
          {rules("election").length > 0 && <option value="election">{t("console.election")}</option>}
          <option value="appraisal">{t("console.appraisal")}</option>
          <option value="survey">{t("console.survey")}</option>
        </select>
        {kind !== MotionForce.APPRAISAL && <p class="field__hint">{t(`console.${kind}_means`)}</p>}
      </div>
      {kind === MotionForce.APPRAISAL && (
        <SheetChoice
          value={sheet.value}
          onChoose={(value) => {
            sheet.value = value;
          }}
        />
      )}
      <Field
        id="motion-title"
        label={t(asks ? "console.question" : "console.motion_title")}
        hint={t(
          asks
            ? "console.question_hint"
            : `console.${kind === MotionForce.MOTION ? "motion_hint" : kind === MotionForce.ELECTION ? "election_hint" : "appraisal_hint"}`,
        )}
        value={title.value}
        onInput={(value) => {
          title.value = value;
        }}
        error={tried.value && title.value.trim() === "" ? t("console.title_missing") : undefined}
      />
      {nominating && (
        <Nominees
          chosen={nominees.value}
          wrong={tried.value && nominees.value.length === 0}
          onChange={(value) => {
            nominees.value = value;
          }}
        />
      )}
      {asks && (
        <ChoiceRow
          name="shape"
          legend={t("console.shape")}
          value={shape.value}
          onChoose={(value) => {
            shape.value = value as PollShape;
          }}
          options={[
            ["choices", t("console.shape_choices")],
            ["scale", t("console.shape_scale")],
            ["word", t("console.shape_word")],
          ]}
        />
      )}
      {withLabels && (
        <Choices
          labels={labels.value}
          onChange={(value) => {
            labels.value = value;
          }}
          tried={tried.value}
        />
      )}
      {withLabels && labels.value.length > 2 && (
        <ChoiceRow
          name="most"
          legend={t("console.how_many")}
          value={String(Math.min(most.value, labels.value.length))}
          onChoose={(value) => {
            most.value = Number(value);
          }}
          options={[
            ["1", t("console.choose_one")],
            ["2", t("console.choose_up_to", { n: 2 })],
            [String(labels.value.length), t("console.choose_any")],
          ]}
        />
      )}
      {kind === MotionForce.SURVEY && (
        <Field
          id="group"
          label={t("console.minimum_group")}
          hint={t("console.minimum_group_hint")}
          numeric
          value={group.value}
          error={tried.value && groupWrong ? t("console.minimum_group_hint") : undefined}
          onInput={(value) => {
            group.value = value;
          }}
        />
      )}
      {kind === MotionForce.ELECTION && (
        <ElectionFields
          terms={terms.value}
          preset={preset}
          candidates={candidates.value.length}
          tried={tried.value}
          onChange={(value) => {
            terms.value = value;
          }}
        />
      )}
      {adopting && (
        <Basis
          chosen={basis.value}
          onChange={(value) => {
            basis.value = value;
          }}
        />
      )}
      {adopting && preset && (
        <GradesGiven
          list={candidates.value}
          preset={preset}
          reason={reason.value}
          onReason={(value) => {
            reason.value = value;
          }}
          onChange={(value) => {
            candidates.value = value;
          }}
        />
      )}
      {ofPeople && !adopting && !ofCommittee && (
        <PeopleOnPaper
          list={candidates.value}
          election={kind === MotionForce.ELECTION}
          onChange={(value) => {
            candidates.value = value;
          }}
        />
      )}
      {ofPeople && !ofCommittee && (
        <StrokesAsked
          asking={asking}
          told={told.value}
          onChange={(value) => {
            told.value = value;
          }}
        />
      )}
      {kind === MotionForce.APPRAISAL && !ofCommittee && tried.value && candidates.value.length === 0 && (
        <p class="field__error">
          <Icon name="warning" size="s" />
          <span>{t("console.subjects_missing")}</span>
        </p>
      )}
      {ways.length > 1 && (
        <ChoiceRow
          name="method"
          legend={t("console.how")}
          value={method}
          onChoose={(value) => {
            wished.value = value as VoteMethod;
          }}
          options={[
            ["open", t("console.open_ballot")],
            ["named", t("console.named")],
            ["secret", t("console.secret")],
          ]}
        />
      )}
      <p class="small muted">{t(`console.${method}_words`)}</p>
      {!asks && possible.length > 1 && (
        <RuleChoice
          possible={possible}
          value={named?.preset_id ?? ""}
          onChoose={(id) => {
            presetId.value = id;
          }}
        />
      )}
      {!asks && preset && (
        <RuleCard
          preset={preset}
          decided={kind === MotionForce.MOTION || adopting}
          excellent={kind === MotionForce.APPRAISAL && !ofCommittee ? excellentWords(preset, candidates.value.length) : ""}
        />
      )}
      <div class="field">
        <label for="motion-text">{t("console.motion_text")}</label>
        <textarea
          class="input"
          id="motion-text"
          rows={3}
          value={text.value}
          aria-describedby="motion-text-hint"
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <p class="field__hint" id="motion-text-hint">
          {t("console.optional")}
        </p>
      </div>
    </Sheet>
  );
}
