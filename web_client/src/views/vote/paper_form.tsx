/** The paper itself for motions, polls and surveys: one of a few, several, a scale, or words of one's own. */
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { type Motion, PollShape } from "../../wire/messages";
import { Icon } from "../../widgets/icon";
import { choiceWords } from "./choices";
import { LONGEST_WORD, read, writeIn } from "../../core/marks";
import { changeDraft, draftOf, full, mark, markOf } from "./paper";

function Choices({ motion }: { motion: Motion }): JSX.Element {
  const { choices } = draftOf(motion.motion_id);
  const several = motion.max_choices > 1;
  const noMore = full(motion);
  return (
    <fieldset class="choices">
      <legend class="small muted">
        {several ? t("vote.choose_several", { most: motion.max_choices, n: choices.length }) : t("vote.choose_one")}
        {noMore ? ` ${t("vote.full")}` : ""}
      </legend>
      {motion.choices.map((choice) => {
        const chosen = choices.includes(choice.choice_id);
        return (
          <label class="choice" key={choice.choice_id}>
            <input
              type={several ? "checkbox" : "radio"}
              name={`paper-${motion.motion_id}`}
              value={choice.choice_id}
              checked={chosen}
              disabled={noMore && !chosen}
              onChange={(event) => mark(motion, choice.choice_id, event.currentTarget.checked)}
            />
            <span class="choice__body">
              <span class="choice__mark">
                <Icon name={markOf(choice)} />
              </span>
              <span>{choiceWords(motion, choice)}</span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

function Scale({ motion }: { motion: Motion }): JSX.Element {
  const { choices } = draftOf(motion.motion_id);
  return (
    <fieldset class="segments">
      <legend class="small muted">{t("vote.choose_scale")}</legend>
      <div class="seg-row scale">
        {motion.choices.map((choice) => (
          <label class="seg" key={choice.choice_id}>
            <input
              type="radio"
              name={`paper-${motion.motion_id}`}
              value={choice.choice_id}
              checked={choices.includes(choice.choice_id)}
              onChange={() => mark(motion, choice.choice_id, true)}
            />
            <span>{choice.choice_id}</span>
          </label>
        ))}
      </div>
      <p class="axis-words small muted">
        <span>{t("vote.scale_low")}</span>
        <span>{t("vote.scale_high")}</span>
      </p>
    </fieldset>
  );
}

function Words({ motion }: { motion: Motion }): JSX.Element {
  const { choices } = draftOf(motion.motion_id);
  const slots = Array.from({ length: motion.max_choices }, (_, n) => read(choices[n] ?? "")?.writtenIn ?? "");
  const change = (index: number, word: string): void =>
    changeDraft(motion.motion_id, { choices: slots.map((one, n) => writeIn(n === index ? word : one)) });
  return (
    <fieldset class="segments">
      <legend class="small muted">{t("vote.write_words", { most: motion.max_choices })}</legend>
      <div class="stack stack--s">
        {slots.map((word, n) => (
          <div class="field" key={n}>
            <label for={`word-${n}`}>{t("vote.word_n", { n: n + 1 })}</label>
            <input
              class="input"
              id={`word-${n}`}
              value={word}
              maxLength={LONGEST_WORD}
              autocomplete="off"
              onInput={(event) => change(n, event.currentTarget.value)}
            />
          </div>
        ))}
      </div>
    </fieldset>
  );
}

export function PaperForm({ motion }: { motion: Motion }): JSX.Element {
  if (motion.shape === PollShape.SCALE) return <Scale motion={motion} />;
  return motion.shape === PollShape.WORD ? <Words motion={motion} /> : <Choices motion={motion} />;
}
