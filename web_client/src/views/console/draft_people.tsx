/** Who stands on a paper: candidates of an election with their strokes, or those an appraisal is about; from the roster, or by name. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { folded } from "../../core/characters";
import { t } from "../../core/i18n";
import { people } from "../../core/selectors";
import type { Candidate, Participant } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Field } from "../../widgets/field";

export type Standing = Pick<Candidate, "name" | "participant_id" | "grade"> & { readonly reason: string };

const MOST = 60;

/** 正式党员: only they can be graded, and of them only those with the roster's right to vote may stand. */
export function mayStand(election = false): readonly Participant[] {
  return people.value.filter((one) => one.standing === "full" && (one.voting || !election));
}

export function standing(one: Participant): Standing {
  return { name: one.name, participant_id: one.participant_id, reason: "", grade: "" };
}

/** Candidates as the meeting is told of them; the server has a table of strokes. */
export function candidatesOf(list: readonly Standing[]): readonly Candidate[] {
  return list.map((one) => ({ ...one, candidate_id: "", strokes: 0, reason: one.participant_id === null ? one.reason.trim() : "" }));
}

export function PeopleOnPaper({
  list,
  election,
  onChange,
}: {
  list: readonly Standing[];
  /** Names from outside the branch, each with a reason, are for elections. */
  election: boolean;
  onChange: (list: readonly Standing[]) => void;
}): JSX.Element {
  const name = useSignal("");
  const left = mayStand(election).filter((one) => !list.some((other) => other.participant_id === one.participant_id));
  const taken = list.some((one) => folded(one.name) === folded(name.value));
  const addName = (): void => {
    const known = left.filter((one) => folded(one.name) === folded(name.value));
    const [one] = known;
    const other = { name: name.value.trim(), participant_id: null, reason: "", grade: "" } as const;
    onChange([...list, one !== undefined && known.length === 1 ? standing(one) : other]);
    name.value = "";
  };
  return (
    <fieldset class="segments">
      <legend class="small strong">{t(election ? "console.candidates_n" : "console.subjects_n", { n: list.length })}</legend>
      <ul class="stack stack--s">
        {list.map((one, index) => (
          <li class="stack stack--s" key={one.participant_id ?? one.name}>
            <div class="rowx rowx--nowrap candidate">
              <span class="grow strong">{one.name}</span>
              <Button
                icon="remove"
                label={t("console.remove_candidate", { name: one.name })}
                onPress={() => onChange(list.filter((_, n) => n !== index))}
              />
            </div>
            {election && one.participant_id === null && (
              <Field
                id={`reason-${index}`}
                label={t("console.stands_because")}
                hint={t("console.stands_because_hint")}
                value={one.reason}
                onInput={(reason) => onChange(list.map((other, n) => (n === index ? { ...other, reason } : other)))}
              />
            )}
          </li>
        ))}
      </ul>
      {left.length > 0 && list.length < MOST && (
        <div class="field">
          <label for="from-roster">{t("console.from_roster")}</label>
          <select
            class="input"
            id="from-roster"
            value=""
            onChange={(event) => {
              const one = left.find((person) => person.participant_id === event.currentTarget.value);
              event.currentTarget.value = "";
              if (one) onChange([...list, standing(one)]);
            }}
          >
            <option value="">{t("console.choose_person")}</option>
            {left.map((one) => (
              <option key={one.participant_id} value={one.participant_id}>
                {one.name}
              </option>
            ))}
          </select>
        </div>
      )}
      {!election && left.length > 0 && (
        <Button kind="soft" icon="plus" onPress={() => onChange([...list, ...left.map(standing)])}>
          {t("console.all_members", { n: left.length })}
        </Button>
      )}
      {election && (
        <div class="stack stack--s">
          <Field
            id="other-name"
            label={t("console.other_name")}
            hint={t("console.other_name_hint")}
            value={name.value}
            error={taken ? t("console.already_on") : undefined}
            onInput={(value) => {
              name.value = value;
            }}
          />
          {name.value.trim() !== "" && !taken && (
            <Button kind="soft" icon="plus" onPress={addName}>
              {t("console.add_name", { name: name.value.trim() })}
            </Button>
          )}
        </div>
      )}
    </fieldset>
  );
}
