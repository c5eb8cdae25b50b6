/** The hall's sheet: who votes there, what was counted, by hands or on paper, and who signs it on their own phone. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { nameOf } from "../../core/selectors";
import { meeting } from "../../core/store";
import { AppraisalSheet, type Motion, MotionForce, type NamedBallot, Office, type ParticipantId, VoteMethod } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Field } from "../../widgets/field";
import { Icon } from "../../widgets/icon";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { markWords } from "../vote/choices";
import { gradesOf } from "../../core/appraisal";
import { onCandidate, read, STANCES, writeIn } from "../../core/marks";
import { acting } from "../../core/hall";
import { AskingError, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";
import { HallVoters } from "./hall_voters";

/** The lines of each person on the paper. */
function linesOfPeople(motion: Motion): readonly (readonly string[])[] {
  const marks = motion.force === MotionForce.ELECTION ? STANCES : graded(motion) ? gradesOf(motion) : [];
  return marks.length === 0 ? [] : motion.candidates.map((one) => marks.map((mark) => onCandidate(one, mark)));
}

function graded(motion: Motion): boolean {
  return motion.force === MotionForce.APPRAISAL && (motion.sheet === AppraisalSheet.MUTUAL || motion.sheet === AppraisalSheet.COMMITTEE);
}

/** Every line of the paper, in its order. */
function linesOf(motion: Motion): readonly string[] {
  const people = linesOfPeople(motion).flat();
  return people.length > 0 ? people : motion.choices.map((one) => one.choice_id);
}

function whole(text: string): number {
  return /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
}

function Officer({
  id,
  label,
  value,
  among,
  onChange,
}: {
  id: string;
  label: string;
  value: string;
  among: readonly string[];
  onChange: (who: string) => void;
}): JSX.Element {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select class="input" id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {among.map((one) => (
          <option key={one} value={one}>
            {nameOf(one)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Two lists that hold the same people. */
function same(one: readonly ParticipantId[], other: readonly ParticipantId[]): boolean {
  return one.length === other.length && one.every((who) => other.includes(who));
}

export function HallSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const before = motion.paper_count;
  const chosen = useSignal<readonly ParticipantId[]>(motion.hall_voters);
  const registered = same(chosen.value, motion.hall_voters);
  const issued = motion.hall_voters.length;
  const secret = motion.method === VoteMethod.SECRET;
  const byName = motion.method === VoteMethod.NAMED;
  const returned = useSignal(before ? String(before.returned) : "");
  const voided = useSignal(before ? String(before.void) : "0");
  const counts = useSignal<Readonly<Record<string, string>>>(
    Object.fromEntries((before?.counts ?? []).map(([line, n]) => [line, String(n)])),
  );
  const names = useSignal<Readonly<Record<ParticipantId, string>>>(
    Object.fromEntries((before?.named ?? []).map((one) => [one.participant_id, one.choices[0] ?? ""])),
  );
  const written = useSignal(
    (before?.counts ?? [])
      .flatMap(([line, n]) => {
        const name = read(line)?.writtenIn;
        return name === undefined ? [] : [`${name} ${n}`];
      })
      .join("\n"),
  );
  const scrutineers = acting(meeting.value, motion, Office.SCRUTINEER);
  const tellers = acting(meeting.value, motion, Office.TELLER);
  const known = (who: ParticipantId | undefined, among: readonly ParticipantId[]): ParticipantId | undefined =>
    who !== undefined && among.includes(who) ? who : undefined;
  const teller = useSignal(known(before?.teller, tellers) ?? tellers[0] ?? "");
  const scrutineer = useSignal(known(before?.scrutineer, scrutineers) ?? scrutineers.find((one) => one !== teller.value) ?? "");
  const lines = linesOf(motion);
  const people = linesOfPeople(motion);
  const ballots: readonly NamedBallot[] = byName
    ? motion.hall_voters.filter((who) => names.value[who]).map((who) => ({ participant_id: who, choices: [names.value[who] ?? ""] }))
    : [];
  const entered = (line: string): number =>
    byName ? ballots.filter((one) => one.choices.includes(line)).length : whole(counts.value[line] ?? "");
  const given = (some: readonly string[]): number => some.reduce((sum, line) => sum + entered(line), 0);
  const asked = secret || (motion.max_choices > 1 && !byName);
  const back_ = asked ? whole(returned.value) : given(lines);
  const valid = back_ - (secret ? whole(voided.value) : 0);
  const sums =
    people.length > 0
      ? people.every((one) => given(one) === valid)
      : motion.max_choices > 1
        ? given(lines) >= valid && given(lines) <= valid * motion.max_choices
        : given(lines) === valid;
  const others = written.value
    .split("\n")
    .map((line) => /^\s*(\S.*?)\s+(\d{1,4})\s*$/.exec(line))
    .filter((found) => found !== null);
  const othersWrong = written.value.split("\n").filter((line) => line.trim() !== "").length !== others.length;
  const signed = before?.signed_by ?? [];
  const done = signed.length === 2;
  const why =
    issued === 0
      ? t("console.hall_choose")
      : scrutineer.value === "" || teller.value === "" || scrutineer.value === teller.value
        ? t("console.hall_two_people")
        : valid < 0
          ? t("console.count_void_more")
          : !secret && back_ > issued
            ? t("console.count_over", { n: back_, of: issued })
            : !sums
              ? t("console.count_sums", { n: valid })
              : othersWrong
                ? t("console.count_written_wrong")
                : undefined;
  const register = (): void => asking.ask("RegisterHallVoters", { motion_id: motion.motion_id, participants: [...chosen.value] });
  const enter = (): void => {
    const all: [string, number][] = [
      ...lines.map((line): [string, number] => [line, entered(line)]),
      ...others.map((found): [string, number] => [writeIn(found[1] ?? ""), Number(found[2])]),
    ];
    asking.ask(
      "EnterPaperCount",
      {
        motion_id: motion.motion_id,
        issued,
        returned: back_,
        void: secret ? whole(voided.value) : 0,
        counts: byName ? all.filter(([, n]) => n > 0) : all,
        scrutineer: scrutineer.value,
        teller: teller.value,
        named: [...ballots],
      },
      back,
    );
  };
  return (
    <Sheet
      title={t(secret ? "console.hall_papers" : "console.hall_hands")}
      onClose={back}
      head={
        before === null ? undefined : (
          <Chip tone={done ? "counted" : "pending"} icon={done ? "counted" : "pending"}>
            {t("console.signed_n", { n: signed.length })}
          </Chip>
        )
      }
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={back}>
              {t("console.close")}
            </Button>
            {registered ? (
              <Button
                size="lg"
                kind="primary"
                unavailable={asking.busy ? t("console.sending") : done ? t("console.both_signed") : why}
                onPress={enter}
              >
                {t(before === null ? "console.enter_count" : "console.enter_again")}
              </Button>
            ) : (
              <Button size="lg" kind="primary" unavailable={asking.busy ? t("console.sending") : undefined} onPress={register}>
                {t("console.hall_register", { n: chosen.value.length })}
              </Button>
            )}
          </div>
          {before !== null && !done && registered && <p class="sheet__foot-note">{t("console.enter_again_words")}</p>}
        </>
      }
    >
      <p class="strong">{motion.title}</p>
      <p class="small muted">{t(secret ? "console.paper_count_words" : "console.hands_words")}</p>
      {!done && (
        <HallVoters
          motion={motion}
          chosen={chosen.value}
          open={motion.hall_voters.length === 0}
          onChange={(next) => {
            chosen.value = next;
          }}
        />
      )}
      {registered && issued > 0 && (
        <>
          <p class="strong">{t(secret ? "console.hall_issued" : "console.hall_people", { n: issued })}</p>
          {asked && (
            <Field
              id="count-returned"
              label={t(secret ? "console.paper_returned" : "console.hall_answered")}
              numeric
              value={returned.value}
              onInput={(value) => {
                returned.value = value;
              }}
            />
          )}
          {secret && (
            <Field
              id="count-void"
              label={t("console.paper_void")}
              numeric
              value={voided.value}
              onInput={(value) => {
                voided.value = value;
              }}
            />
          )}
          {byName
            ? motion.hall_voters.map((who) => (
                <ChoiceRow
                  key={who}
                  name={`hall-${who}`}
                  legend={nameOf(who)}
                  value={names.value[who] ?? ""}
                  options={[
                    ...lines.map((line): readonly [string, string] => [line, markWords(motion, line)]),
                    ["", t("console.hall_not_cast")] as const,
                  ]}
                  onChoose={(line) => {
                    names.value = { ...names.value, [who]: line };
                  }}
                />
              ))
            : lines.map((line) => (
                <Field
                  key={line}
                  id={`count-${line}`}
                  label={markWords(motion, line)}
                  numeric
                  value={counts.value[line] ?? ""}
                  onInput={(value) => {
                    counts.value = { ...counts.value, [line]: value };
                  }}
                />
              ))}
          {!asked && <p class="small muted">{t("console.hall_sum", { n: back_, of: issued })}</p>}
          {secret && back_ > issued && (
            <p class="field__hint rowx rowx--nowrap">
              <Icon name="warning" size="s" />
              <span>{t("console.hall_voids", { n: back_, of: issued })}</span>
            </p>
          )}
          {motion.force === MotionForce.ELECTION && (
            <div class="field">
              <label for="count-written">{t("console.paper_written")}</label>
              <textarea
                class="input"
                id="count-written"
                rows={2}
                value={written.value}
                aria-describedby="count-written-hint"
                onInput={(event) => {
                  written.value = event.currentTarget.value;
                }}
              />
              <p class="field__hint" id="count-written-hint">
                {t("console.paper_written_hint")}
              </p>
            </div>
          )}
          <Officer
            id="count-scrutineer"
            label={t("console.office_scrutineer")}
            value={scrutineer.value}
            among={scrutineers}
            onChange={(who) => {
              scrutineer.value = who;
            }}
          />
          <Officer
            id="count-teller"
            label={t("console.office_teller")}
            value={teller.value}
            among={tellers}
            onChange={(who) => {
              teller.value = who;
            }}
          />
        </>
      )}
      {before !== null && (
        <p class="small">
          {[before.scrutineer, before.teller]
            .map((who) => t(signed.includes(who) ? "console.has_signed" : "console.not_signed", { name: nameOf(who) }))
            .join(t("console.comma"))}
        </p>
      )}
    </Sheet>
  );
}
