/** What a vote is called by the way it is held. */
import { t } from "../../core/i18n";
import { kindOf } from "../../core/kinds";
import type { Motion } from "../../wire/messages";

/** 无记名, 选举, 投票调查 … */
export function kindWords(motion: Motion): string {
  return t(`vote.${kindOf(motion).called ?? motion.method}`);
}
