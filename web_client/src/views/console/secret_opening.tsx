/** Before a secret paper opens: how long papers are handed out, who counts, and what secrecy can and cannot promise. */
import type { JSX } from "preact";
import { acting, holders } from "../../core/hall";
import { list, t } from "../../core/i18n";
import { nameOf } from "../../core/selectors";
import { meeting } from "../../core/store";
import { type Motion, MotionForce, type Office } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { openAct } from "./acts";
import { ChoiceRow } from "./choice_row";

/** An electorate so small that the result itself gives votes away. */
const SMALL = 7;

function held(office: Office): readonly string[] {
  return holders(meeting.value, office);
}

/** Why an election cannot open yet; undefined: it can. */
export function officersMissing(motion: Motion): string | undefined {
  if (motion.force !== MotionForce.ELECTION) return undefined;
  const offices: readonly Office[] = ["scrutineer", "teller"];
  if (offices.some((one) => held(one).length === 0)) return t("console.officers_first");
  const here = (office: Office): readonly string[] =>
    acting(meeting.value, motion, office).filter((one) => meeting.value?.participants[one]?.present === true);
  if (offices.some((one) => acting(meeting.value, motion, one).length === 0)) return t("console.officer_is_candidate");
  return offices.some((one) => here(one).length === 0) ? t("console.officer_away") : undefined;
}

export function OfficersCheck({ motion }: { motion: Motion }): JSX.Element {
  const missing = officersMissing(motion);
  const names = (office: Office): string => list(acting(meeting.value, motion, office).map(nameOf)) || t("console.none_yet");
  return (
    <li class={missing === undefined ? undefined : "checks__short"}>
      <Icon name={missing === undefined ? "counted" : "warning"} />
      <span>
        <b>{missing ?? t("console.officers_here")}</b>
        <br />
        <span class="small muted">{t("console.officers_names", { scrutineer: names("scrutineer"), teller: names("teller") })}</span>
        {missing !== undefined && (
          <>
            <br />
            <Button kind="quiet" onPress={() => openAct({ kind: "officers" })}>
              {t("console.officers")}
            </Button>
          </>
        )}
      </span>
    </li>
  );
}

export function TermsChecks({ motion }: { motion: Motion }): JSX.Element | null {
  const { terms } = motion;
  if (terms === null) return null;
  return (
    <li>
      <Icon name="counted" />
      <span>
        <b>{t("console.terms_title", { seats: terms.seats, n: motion.candidates.length })}</b>
        <br />
        <span class="small muted">
          {t("console.terms_words", { approval: terms.approval_reference, base: t(`console.base_${terms.base}`) })}
        </span>
      </span>
    </li>
  );
}

export function CollectTime({ value, onChoose }: { value: number; onChoose: (seconds: number) => void }): JSX.Element {
  return (
    <ChoiceRow
      name="collect"
      legend={t("console.collect_time")}
      value={String(value)}
      onChoose={(seconds) => onChoose(Number(seconds))}
      options={[
        ["30", t("console.seconds", { n: 30 })],
        ["60", t("console.minutes", { n: 1 })],
        ["120", t("console.minutes", { n: 2 })],
        ["0", t("console.by_hand")],
      ]}
    />
  );
}

const LIMITS = ["keeps", "forced", "unanimous", "server", "forged", "backups"] as const;

/** In plain words, where the chair opens it. */
export function Limits({ entitled }: { entitled: number }): JSX.Element {
  return (
    <>
      {entitled < SMALL && (
        <p class="field__hint rowx rowx--nowrap">
          <Icon name="warning" size="s" />
          <span>{t("console.small_electorate", { n: entitled })}</span>
        </p>
      )}
      <details class="limits">
        <summary>{t("console.limits")}</summary>
        <ul class="stack stack--s">
          {LIMITS.map((limit) => (
            <li class="small muted" key={limit}>
              {t(`console.limit_${limit}`)}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
