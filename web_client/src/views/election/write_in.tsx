/** 另选他人: somebody of the list in place of a candidate voted against, picked or typed. */
import type { JSX } from "preact";
import { folded } from "../../core/characters";
import { t } from "../../core/i18n";
import { LONGEST_NAME } from "../../core/marks";
import { people } from "../../core/selectors";
import { offered, takesNames } from "../../core/write_ins";
import { type Candidate, type Motion, type Participant, Stance } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { roleOf, standingOf } from "../names";
import { markFor, setMark, setWriteIn, writeInFor, writeInWrong, writtenInFor } from "../vote/marks";

/** Namesakes are numbered in the order of the list, with what is known of them. */
function labelOf(one: Participant, all: readonly Participant[]): string {
  const alike = all.filter((other) => folded(other.name) === folded(one.name));
  if (alike.length === 1) return one.name;
  const about = roleOf(one) || standingOf(one);
  return t("vote.namesake", { name: one.name, n: alike.indexOf(one) + 1, of: alike.length, about });
}

export function WriteIn({ motion, candidate }: { motion: Motion; candidate: Candidate }): JSX.Element | null {
  if (markFor(motion, candidate) !== Stance.AGAINST || !takesNames(motion)) return null;
  const id = `write-${candidate.candidate_id}`;
  const wrong = writeInWrong(motion, candidate);
  const found = writtenInFor(motion, candidate);
  const list = offered(motion, people.value);
  const several = found?.kind === "namesakes" ? found.people : list;
  const picked = found?.kind === "person" ? found.person.participant_id : "";
  const hint =
    found?.kind === "person" && !found.mayStand
      ? t("vote.name_may_not_stand", { name: found.person.name })
      : found?.kind === "unknown" && list.length > 0
        ? t("vote.name_unknown")
        : t("vote.write_in_hint");
  return (
    <div class="cand__writein field">
      <label for={id}>{t("vote.write_in")}</label>
      <input
        class="input"
        id={id}
        value={writeInFor(motion, candidate)}
        maxLength={LONGEST_NAME}
        autocomplete="off"
        aria-describedby={`${id}-about`}
        aria-invalid={wrong === null ? undefined : "true"}
        onInput={(event) => setWriteIn(motion, candidate, event.currentTarget.value)}
      />
      {several.length > 0 && (
        <select
          class="input"
          aria-label={t("vote.pick_person")}
          value={several.some((one) => one.participant_id === picked) ? picked : ""}
          onChange={(event) => {
            const one = several.find((person) => person.participant_id === event.currentTarget.value);
            setWriteIn(motion, candidate, one?.name ?? "", one?.participant_id);
          }}
        >
          <option value="">{t("vote.pick_person")}</option>
          {several.map((one) => (
            <option key={one.participant_id} value={one.participant_id}>
              {labelOf(one, several)}
            </option>
          ))}
        </select>
      )}
      {wrong === null ? (
        <p class="field__hint" id={`${id}-about`}>
          {hint}
        </p>
      ) : (
        <p class="field__error" id={`${id}-about`}>
          <Icon name="warning" size="s" />
          <span>{wrong}</span>
        </p>
      )}
      {found?.kind === "candidate" && (
        <Button
          onPress={() => {
            setWriteIn(motion, candidate, "");
            setMark(motion, found.candidate, Stance.FOR);
          }}
        >
          {t("vote.mark_their_line", { name: found.candidate.name })}
        </Button>
      )}
    </div>
  );
}
