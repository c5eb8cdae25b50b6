/** What an item's purpose says of the paper it needs: its words to begin with, its rule, and who is nominated. */
import type { JSX } from "preact";
import { toExclude } from "../../core/guide";
import { list, t } from "../../core/i18n";
import { nameOf, people } from "../../core/selectors";
import { meeting } from "../../core/store";
import { type AgendaItem, ItemPurpose, type MotionForce, type ParticipantId } from "../../wire/messages";
import { Icon } from "../../widgets/icon";

interface Draft {
  /** null: as the sheet has it. */
  readonly force: MotionForce | null;
  readonly title: string;
  readonly text: string;
  readonly presetId: string;
  readonly excludes: readonly ParticipantId[];
}

const EMPTY: Draft = { force: null, title: "", text: "", presetId: "", excludes: [] };

export function draftFor(item: AgendaItem | null): Draft {
  switch (item?.purpose) {
    case ItemPurpose.EXCLUSIONS: {
      const left = meeting.value === null ? [] : toExclude(meeting.value);
      const lines = left.map((one) => t("console.guide_excluded_line", { name: one.name, reason: one.excluded_reason }));
      return {
        ...EMPTY,
        force: "motion",
        title: t("console.guide_exclusions_title", { n: left.length }),
        text: lines.join("\n"),
        presetId: "not_counted",
        excludes: left.map((one) => one.participant_id),
      };
    }
    case ItemPurpose.ELECTION_RULES:
      return { ...EMPTY, force: "motion", title: t("console.guide_rules_title"), presetId: "election_rules" };
    case ItemPurpose.SCRUTINEERS:
      return { ...EMPTY, force: "motion", title: t("console.guide_scrutineers_title") };
    case ItemPurpose.BALLOT:
      return { ...EMPTY, force: "election", title: item.title, presetId: meeting.value?.kind === "committee" ? "election_officers" : "" };
    case ItemPurpose.APPRAISAL:
      return { ...EMPTY, force: "appraisal", title: item.title };
    default:
      return EMPTY;
  }
}

export function nominatedTitle(title: string, nominees: readonly ParticipantId[]): string {
  return t("console.guide_nominated", { title, names: list(nominees.map(nameOf)) });
}

/** Members with a vote, ticked: whoever the meeting approves is 监票人 as soon as the result is read out. */
export function Nominees({
  chosen,
  wrong,
  onChange,
}: {
  chosen: readonly ParticipantId[];
  wrong: boolean;
  onChange: (chosen: readonly ParticipantId[]) => void;
}): JSX.Element {
  const may = people.value.filter((one) => one.voting && one.kind === "person");
  return (
    <fieldset class="segments">
      <legend class="small strong">{t("console.guide_nominees", { n: chosen.length })}</legend>
      <ul class="rows card card--line">
        {may.map(({ participant_id, name }) => (
          <li key={participant_id}>
            <label class="check">
              <input
                type="checkbox"
                checked={chosen.includes(participant_id)}
                onChange={(event) =>
                  onChange(event.currentTarget.checked ? [...chosen, participant_id] : chosen.filter((one) => one !== participant_id))
                }
              />
              <span>{name}</span>
            </label>
          </li>
        ))}
      </ul>
      {wrong && (
        <p class="field__error">
          <Icon name="warning" size="s" />
          <span>{t("console.guide_nominees_missing")}</span>
        </p>
      )}
    </fieldset>
  );
}
