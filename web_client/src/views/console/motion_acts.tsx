/** What may be done with a motion before its paper opens: put forward, reworded, discussion closed, written opinions filed. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { STANCES } from "../../core/marks";
import { t } from "../../core/i18n";
import { nameOf, people } from "../../core/selectors";
import { isEntitled } from "../../core/attendance";
import { keepUnsent, unsent } from "../../core/unsent";
import { type Motion, MotionForce, MotionPhase } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Field } from "../../widgets/field";
import { Icon } from "../../widgets/icon";
import { Row } from "../../widgets/rows";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { chosenWords } from "../vote/choices";
import { openAct } from "./acts";
import { AskingError, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";

const forward = <Icon name="forward" />;

export function MotionActs({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const id = motion.motion_id;
  return (
    <Sheet
      title={motion.title}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <Button size="lg" kind="primary" block onPress={back}>
            {t("console.close")}
          </Button>
        </>
      }
    >
      <p class="small muted">{t(`console.phase_${motion.phase}`)}</p>
      <ul class="rows card card--line card--flush">
        {motion.phase === MotionPhase.DRAFTED && (
          <li>
            <Row
              icon="send"
              title={t("console.move_motion")}
              sub={t("console.move_motion_sub")}
              onPress={() => asking.ask("MoveMotion", { motion_id: id })}
            />
          </li>
        )}
        {motion.phase === MotionPhase.MOVED && (
          <li>
            <Row
              icon="check"
              title={t("console.close_discussion")}
              sub={t("console.close_discussion_sub")}
              onPress={() => asking.ask("CloseDiscussion", { motion_id: id })}
            />
          </li>
        )}
        <li>
          <Row
            icon="edit"
            title={t("console.amend")}
            sub={motion.amendments.length > 0 ? t("console.amended_n", { n: motion.amendments.length }) : t("console.amend_sub")}
            end={forward}
            onPress={() => openAct({ kind: "amend", motion: id })}
          />
        </li>
        {motion.preset.written_opinions && motion.force === MotionForce.MOTION && (
          <li>
            <Row
              icon="text"
              title={t("console.file_opinion")}
              sub={motion.opinions.length > 0 ? t("console.opinions_n", { n: motion.opinions.length }) : t("console.file_opinion_sub")}
              end={forward}
              onPress={() => openAct({ kind: "opinion", motion: id })}
            />
          </li>
        )}
        <li>
          <Row icon="remove" title={t("console.withdraw")} end={forward} onPress={() => openAct({ kind: "withdraw", motion: id })} />
        </li>
      </ul>
      {motion.amendments.length > 0 && (
        <section class="stack stack--s">
          <h3 class="small strong">{t("console.earlier_words")}</h3>
          {motion.amendments.map((one, n) => (
            <p class="small muted" key={n}>
              {one.title}
              {t("console.comma")}
              {t("console.changed_by", { name: nameOf(one.amended_by) })}
            </p>
          ))}
        </section>
      )}
    </Sheet>
  );
}

export function AmendSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const title = useSignal(motion.title);
  const text = useSignal(motion.text);
  const changed = title.value.trim() !== motion.title || text.value.trim() !== motion.text;
  return (
    <Sheet
      title={t("console.amend")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={back}>
              {t("console.cancel")}
            </Button>
            <Button
              size="lg"
              kind="primary"
              unavailable={asking.busy ? t("console.sending") : !changed ? t("console.nothing_changed") : undefined}
              onPress={() =>
                asking.ask("AmendMotion", { motion_id: motion.motion_id, title: title.value.trim(), text: text.value.trim() }, back)
              }
            >
              {t("console.save")}
            </Button>
          </div>
        </>
      }
    >
      <p class="small muted">{t("console.amend_words")}</p>
      <Field
        id="amend-title"
        label={t("console.motion_title")}
        value={title.value}
        error={title.value.trim() === "" ? t("console.title_missing") : undefined}
        onInput={(value) => {
          title.value = value;
        }}
      />
      <div class="field">
        <label for="amend-text">{t("console.motion_text")}</label>
        <textarea
          class="input"
          id="amend-text"
          rows={4}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </div>
    </Sheet>
  );
}

interface Opinion {
  readonly who: string;
  readonly choice: string;
  readonly reference: string;
}

export function OpinionSheet({ motion }: { motion: Motion }): JSX.Element {
  const asking = useAsking();
  const name = `opinion.${motion.motion_id}`;
  const begun = unsent<Opinion>(name, { who: "", choice: "", reference: "" });
  const filed = motion.opinions.map((one) => one.participant_id);
  const may = people.value.filter((one) => isEntitled(one, motion.preset.electorate) && !filed.includes(one.participant_id));
  const { choice, reference } = begun;
  const who = may.some((one) => one.participant_id === begun.who) ? begun.who : "";
  const change = (fields: Partial<Opinion>): void => keepUnsent(name, { ...begun, ...fields });
  const over = (): void => {
    keepUnsent(name, undefined);
    back();
  };
  const file = (): void =>
    asking.ask(
      "FileWrittenOpinion",
      { motion_id: motion.motion_id, participant_id: who, choices: [choice], reference: reference.trim() },
      over,
    );
  const why =
    who === ""
      ? t("console.choose_person")
      : choice === ""
        ? t("console.opinion_choice")
        : reference.trim() === ""
          ? t("console.opinion_reference_missing")
          : undefined;
  return (
    <Sheet
      title={t("console.file_opinion")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={over}>
              {t("console.cancel")}
            </Button>
            <Button size="lg" kind="primary" unavailable={asking.busy ? t("console.sending") : why} onPress={file}>
              {t("console.write_down")}
            </Button>
          </div>
        </>
      }
    >
      <p class="small muted">{t("console.opinion_words")}</p>
      <div class="field">
        <label for="opinion-who">{t("console.who")}</label>
        <select
          class="input"
          id="opinion-who"
          value={who}
          onChange={(event) => {
            change({ who: event.currentTarget.value });
          }}
        >
          <option value="">{t("console.choose_person")}</option>
          {may.map((one) => (
            <option key={one.participant_id} value={one.participant_id}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
      <ChoiceRow
        name="opinion"
        legend={t("console.opinion_choice")}
        value={choice}
        onChoose={(value) => {
          change({ choice: value });
        }}
        options={STANCES.map((mark) => [mark, t(`vote.choice_${mark}`)] as const)}
      />
      <Field
        id="opinion-reference"
        label={t("console.opinion_reference")}
        hint={t("console.opinion_reference_hint")}
        value={reference}
        onInput={(value) => {
          change({ reference: value });
        }}
      />
      {motion.opinions.length > 0 && (
        <dl class="kv">
          {motion.opinions.map((one) => (
            <>
              <dt>{nameOf(one.participant_id)}</dt>
              <dd>{chosenWords(motion, one.choices)}</dd>
            </>
          ))}
        </dl>
      )}
    </Sheet>
  );
}
