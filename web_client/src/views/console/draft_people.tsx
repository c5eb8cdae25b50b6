/** Who stands on a paper: candidates of an election with their strokes, or those an appraisal is about; from the roster, or by name. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { folded } from "../../core/characters";
import { t } from "../../core/i18n";
import { people } from "../../core/selectors";
import type { Candidate, Participant } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Field } from "../../widgets/field";

export type Standing = Pick<Candidate, "name" | "participant_id" | "grade"> & { readonly strokes: string };

const MOST = 60;

/** 正式党员: only they may stand or be graded. */
export function mayStand(): readonly Participant[] {
  return people.value.filter((one) => one.standing === "full");
}

export function standing(one: Participant): Standing {
  return { name: one.name, participant_id: one.participant_id, strokes: "", grade: "" };
}

/** Candidates as the meeting is told of them; no strokes: the server's table of surnames. */
export function candidatesOf(list: readonly Standing[]): readonly Candidate[] {
  return list.map(({ name, participant_id, strokes, grade }) => ({
    candidate_id: "",
    name,
    participant_id,
    strokes: Number.parseInt(strokes, 10) || 0,
    grade,
  }));
}

export function PeopleOnPaper({
  list,
  election,
  onChange,
}: {
  list: readonly Standing[];
  /** Strokes and names from outside the branch are for elections. */
  election: boolean;
  onChange: (list: readonly Standing[]) => void;
}): JSX.Element {
  const name = useSignal("");
  const left = mayStand().filter((one) => !list.some((other) => other.participant_id === one.participant_id));
  const taken = list.some((one) => folded(one.name) === folded(name.value));
  const addName = (): void => {
    onChange([...list, { name: name.value.trim(), participant_id: null, strokes: "", grade: "" }]);
    name.value = "";
  };
  return (
    <fieldset class="segments">
      <legend class="small strong">{t(election ? "console.candidates_n" : "console.subjects_n", { n: list.length })}</legend>
      <ul class="stack stack--s">
        {list.map((one, index) => (
          <li class="rowx rowx--nowrap candidate" key={one.participant_id ?? one.name}>
            <span class="grow strong">{one.name}</span>
            {election && (
              <>
                <label class="small muted" for={`strokes-${index}`}>
                  {t("console.strokes")}
                </label>
                <input
                  class="input strokes"
                  id={`strokes-${index}`}
                  value={one.strokes}
                  inputMode="numeric"
                  maxLength={2}
                  autocomplete="off"
                  onInput={(event) =>
                    onChange(
                      list.map((other, n) => (n === index ? { ...other, strokes: event.currentTarget.value.replace(/\D/g, "") } : other)),
                    )
                  }
                />
              </>
            )}
            <Button
              icon="remove"
              label={t("console.remove_candidate", { name: one.name })}
              onPress={() => onChange(list.filter((_, n) => n !== index))}
            />
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
      {election && <p class="field__hint">{t("console.strokes_words")}</p>}
    </fieldset>
  );
}
