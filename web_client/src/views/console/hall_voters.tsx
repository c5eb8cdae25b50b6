/** Choosing who votes in the hall: those of the electorate who are here, each once, by name. */
import type { JSX } from "preact";
import { candidatesOfHall, hasCounters, withoutPhone } from "../../core/hall";
import { t } from "../../core/i18n";
import { meeting } from "../../core/store";
import type { Motion, ParticipantId } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { openAct } from "./acts";

export function HallVoters({
  motion,
  chosen,
  open = false,
  onChange,
}: {
  motion: Motion;
  chosen: readonly ParticipantId[];
  open?: boolean;
  onChange: (chosen: readonly ParticipantId[]) => void;
}): JSX.Element | null {
  const people = candidatesOfHall(meeting.value, motion);
  const phoneless = withoutPhone(people).length;
  if (!hasCounters(meeting.value, motion))
    return phoneless === 0 ? null : (
      <div class="stack stack--s">
        <p class="small muted">{t("console.hall_needs_officers", { n: phoneless })}</p>
        <Button onPress={() => openAct({ kind: "officers" })}>{t("console.officers")}</Button>
      </div>
    );
  return (
    <details class="limits" open={open}>
      <summary>{chosen.length === 0 ? t("console.hall_nobody") : t("console.hall_voters_n", { n: chosen.length })}</summary>
      <p class="small muted">{t("console.hall_voters_words")}</p>
      <fieldset class="segments">
        <legend class="sr">{t("console.hall_who")}</legend>
        <ul class="rows card card--line card--flush">
          {people.map((one) => (
            <li key={one.participant_id}>
              <label class="row check-row">
                <input
                  type="checkbox"
                  checked={chosen.includes(one.participant_id)}
                  onChange={(event) =>
                    onChange(
                      event.currentTarget.checked
                        ? [...chosen, one.participant_id]
                        : chosen.filter((other) => other !== one.participant_id),
                    )
                  }
                />
                <span class="row__main">
                  <span class="row__title">{one.name}</span>
                  {one.marked_present && Object.keys(one.connections).length === 0 && (
                    <span class="row__sub">{t("console.hall_no_phone")}</span>
                  )}
                </span>
              </label>
            </li>
          ))}
        </ul>
      </fieldset>
      {chosen.length === 1 && (
        <p class="field__hint rowx rowx--nowrap">
          <Icon name="warning" size="s" />
          <span>{t("console.hall_alone")}</span>
        </p>
      )}
    </details>
  );
}
