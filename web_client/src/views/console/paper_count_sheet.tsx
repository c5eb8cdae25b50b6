/** Paper ballots counted in the hall: entered line by line, then signed by scrutineer and teller on their own phones. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { nameOf } from "../../core/selectors";
import { type Motion, MotionForce, Office } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Field } from "../../widgets/field";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { markWords } from "../vote/choices";
import { onCandidate, read, STANCES, writeIn } from "../../core/marks";
import { AskingError, useAsking } from "./asking";
import { holders } from "./secret_opening";

/** Every line of the paper, in its order. */
function linesOf(motion: Motion): readonly string[] {
  if (motion.force === MotionForce.ELECTION) return motion.candidates.flatMap((one) => STANCES.map((stance) => onCandidate(one, stance)));
  return motion.choices.map((one) => one.choice_id);
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

export function PaperCountSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const before = motion.paper_count;
  const issued = useSignal(before ? String(before.issued) : "");
  const returned = useSignal(before ? String(before.returned) : "");
  const voided = useSignal(before ? String(before.void) : "0");
  const counts = useSignal<Readonly<Record<string, string>>>(
    Object.fromEntries((before?.counts ?? []).map(([line, n]) => [line, String(n)])),
  );
  const written = useSignal(
    (before?.counts ?? [])
      .flatMap(([line, n]) => {
        const name = read(line)?.writtenIn;
        return name === undefined ? [] : [`${name} ${n}`];
      })
      .join("\n"),
  );
  const scrutineers = holders(Office.SCRUTINEER);
  const tellers = holders(Office.TELLER);
  const scrutineer = useSignal(before?.scrutineer ?? scrutineers[0] ?? "");
  const teller = useSignal(before?.teller ?? tellers.find((one) => one !== scrutineer.value) ?? tellers[0] ?? "");
  const lines = linesOf(motion);
  const valid = whole(returned.value) - whole(voided.value);
  const given = (names: readonly string[]): number => names.reduce((sum, line) => sum + whole(counts.value[line] ?? ""), 0);
  const sums =
    motion.force === MotionForce.ELECTION
      ? motion.candidates.every((one) => given(STANCES.map((stance) => onCandidate(one, stance))) === valid)
      : given(lines) === valid;
  const others = written.value
    .split("\n")
    .map((line) => /^\s*(\S+)\s+(\d{1,4})\s*$/.exec(line))
    .filter((found) => found !== null);
  const othersWrong = written.value.split("\n").filter((line) => line.trim() !== "").length !== others.length;
  const why =
    valid < 0
      ? t("console.count_void_more")
      : !sums
        ? t("console.count_sums", { n: valid })
        : othersWrong
          ? t("console.count_written_wrong")
          : undefined;
  const enter = (): void => {
    const all: [string, number][] = [
      ...lines.map((line): [string, number] => [line, whole(counts.value[line] ?? "")]),
      ...others.map((found): [string, number] => [writeIn(found[1] ?? ""), Number(found[2])]),
    ];
    asking.ask(
      "EnterPaperCount",
      {
        motion_id: motion.motion_id,
        issued: whole(issued.value),
        returned: whole(returned.value),
        void: whole(voided.value),
        counts: all,
        scrutineer: scrutineer.value,
        teller: teller.value,
      },
      back,
    );
  };
  const signed = before?.signed_by ?? [];
  return (
    <Sheet
      title={t("console.paper_count")}
      onClose={back}
      head={
        before === null ? undefined : (
          <Chip tone={signed.length === 2 ? "counted" : "pending"} icon={signed.length === 2 ? "counted" : "pending"}>
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
            <Button
              size="lg"
              kind="primary"
              unavailable={asking.busy ? t("console.sending") : signed.length === 2 ? t("console.both_signed") : why}
              onPress={enter}
            >
              {t(before === null ? "console.enter_count" : "console.enter_again")}
            </Button>
          </div>
          {before !== null && signed.length < 2 && <p class="sheet__foot-note">{t("console.enter_again_words")}</p>}
        </>
      }
    >
      <p class="small muted">{t("console.paper_count_words")}</p>
      <Field
        id="count-issued"
        label={t("console.paper_issued")}
        numeric
        value={issued.value}
        onInput={(value) => {
          issued.value = value;
        }}
      />
      <Field
        id="count-returned"
        label={t("console.paper_returned")}
        numeric
        value={returned.value}
        onInput={(value) => {
          returned.value = value;
        }}
      />
      <Field
        id="count-void"
        label={t("console.paper_void")}
        numeric
        value={voided.value}
        onInput={(value) => {
          voided.value = value;
        }}
      />
      {lines.map((line) => (
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
