/** The words of a choice: the three of a motion are the catalogue's, those of a poll are as drafted. */
import { list, t } from "../../core/i18n";
import { ABSTAIN, AGAINST, FOR } from "./three";
import type { Choice, Motion } from "../../wire/messages";

export function choiceWords(motion: Motion, choice: Choice): string {
  if (motion.force === "motion" && [FOR, AGAINST, ABSTAIN].includes(choice.choice_id)) return t(`vote.choice_${choice.choice_id}`);
  return choice.label;
}

export function chosenWords(motion: Motion, ids: readonly string[]): string {
  return list(ids.map((id) => {
    const choice = motion.choices.find((c) => c.choice_id === id);
    return choice === undefined ? id : choiceWords(motion, choice);
  }));
}
